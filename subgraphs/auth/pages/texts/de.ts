// Auth's pages in German.
import { durationOf } from '../../../../platform/pages/duration.ts'
import type { PageTexts } from './texts.ts'

export const de: PageTexts = {
  error: 'Fehler',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  newPassword: 'Neues Passwort',
  passwordHint: '10 Zeichen oder mehr. Ein paar Wörter sind eine gute Wahl.',
  savePassword: 'Passwort speichern',
  cancel: 'Abbrechen',
  continueTo: (product) => `Weiter zu ${product}`,
  backToSignIn: 'Zurück zur Anmeldung',
  signIn: {
    title: 'Anmelden',
    toProduct: (product) => `Bei ${product} anmelden`,
    withPassword: 'Anmelden',
    withEmail: 'Code per E-Mail senden',
    nothingOffered:
      'Auf dieser Seite kann man sich nicht anmelden. Nutzen Sie die Anwendung, aus der Sie kommen.',
    signedInAs: (email) => `Sie sind als ${email} angemeldet.`,
    continue: 'Weiter',
    asSomebodyElse: 'Mit einem anderen Konto anmelden',
  },
  verify: {
    title: 'Bestätigen Sie, dass Sie es sind',
    mailed: (sentTo) => `Wir haben einen Code an ${sentTo} gesendet.`,
    mailedLink: (sentTo) =>
      `Falls es zu ${sentTo} ein Konto gibt, haben wir einen Code dorthin gesendet. Die E-Mail enthält auch einen Link: Er meldet Sie dort an, wo Sie ihn öffnen.`,
    mailedSignUp: (sentTo) =>
      `Wir haben einen Code an ${sentTo} gesendet. Sobald Sie ihn eingeben, ist Ihr Konto fertig.`,
    passkey: 'Ihr Gerät fragt nach Finger, Gesicht oder seiner PIN.',
    authenticator: 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt.',
    recovery:
      'Geben Sie einen der Wiederherstellungscodes ein, die Sie sich notiert haben. Jeder gilt einmal.',
    other: 'Geben Sie den Code ein.',
    otherCode: 'Code',
    otherInstead: 'Einen anderen Weg verwenden',
    mailedCode: 'Code aus der E-Mail',
    authenticatorCode: 'Code aus der App',
    recoveryCode: 'Wiederherstellungscode',
    mailedCodeHint: '8 Ziffern',
    authenticatorHint: '6 Ziffern',
    recoveryHint: 'Groß- und Kleinschreibung und Bindestriche spielen keine Rolle.',
    button: 'Weiter',
    resend: 'Neuen Code senden',
    resent: 'Ein neuer Code ist unterwegs. Frühere Codes gelten nicht mehr.',
    instead: {
      PASSWORD: 'Passwort verwenden',
      EMAIL_CODE: 'Code per E-Mail verwenden',
      TOTP: 'Authenticator-App verwenden',
      RECOVERY_CODE: 'Wiederherstellungscode verwenden',
      PASSKEY: 'Passkey verwenden',
    },
    remember: (days) => `Dieses Gerät ${days === 1 ? 'einen Tag' : `${days} Tage`} lang merken`,
    rememberHint:
      'Die Anmeldung hier braucht dann keinen zweiten Schritt. Nur für ein Gerät, das Ihnen gehört.',
    startAgain: 'Von vorn beginnen',
    over: 'Dieser Schritt ist abgelaufen',
    overText:
      'Die Anmeldung hat zu lange gedauert, ist schon abgeschlossen oder wurde in einem anderen Browser begonnen.',
  },
  provider: {
    continueWith: (provider) => `Weiter mit ${provider}`,
    refused: (provider) => `${provider} hat Sie nicht angemeldet.`,
    away: (provider) =>
      `${provider} antwortet gerade nicht. Versuchen Sie es bald noch einmal, oder melden Sie sich anders an.`,
    noEmail: (provider) =>
      `${provider} nennt Ihre E-Mail-Adresse nicht. Melden Sie sich anders an; danach können Sie ${provider} mit Ihrem Konto verknüpfen.`,
    failed: (provider) =>
      `Die Anmeldung mit ${provider} ist fehlgeschlagen. Beginnen Sie noch einmal.`,
    taken: (provider) => `Dieses Konto bei ${provider} ist hier mit jemand anderem verknüpft.`,
    tooMany:
      'Mehr Konten lassen sich nicht verknüpfen. Entfernen Sie eines, bevor Sie ein weiteres verknüpfen.',
  },
  link: 'Link aus der E-Mail',
  linkHint:
    'Kopieren Sie den ganzen Link aus der E-Mail oder aus der Adresszeile dieser Seite und fügen Sie ihn hier ein.',
  mailedLinks: {
    'reset-password': {
      title: 'Neues Passwort wählen',
      intro: 'Alle Geräte werden abgemeldet. Melden Sie sich danach mit dem neuen Passwort an.',
      button: 'Passwort speichern',
    },
    'accept-invitation': {
      title: 'Passwort wählen',
      intro: 'Damit ist Ihr Konto fertig. Melden Sie sich danach mit dem Passwort an.',
      button: 'Passwort speichern',
    },
    'not-me': {
      title: 'Das waren nicht Sie?',
      intro:
        'Ein Klick beendet alle Sitzungen und macht das Passwort ungültig. Danach wählen Sie gleich hier ein neues.',
      button: 'Das war ich nicht',
    },
    'undo-email-change': {
      title: 'Änderung der Adressen rückgängig machen',
      intro:
        'Ein Klick stellt Ihre Adressen wieder her, beendet alle Sitzungen und macht das Passwort ungültig. Danach wählen Sie gleich hier ein neues.',
      button: 'Änderung rückgängig machen',
    },
    'new-password': {
      title: 'Neues Passwort wählen',
      intro: 'Erledigt: Alle Sitzungen sind beendet, und das alte Passwort gilt nicht mehr.',
      button: 'Passwort speichern',
    },
    'sign-in': {
      title: 'Anmelden',
      intro: 'Ein Klick meldet Sie in diesem Browser an.',
      button: 'Hier anmelden',
    },
  },
  passkey: {
    use: 'Passkey verwenden',
    failed:
      'Der Passkey hat Sie nicht angemeldet. Beginnen Sie von vorn, oder melden Sie sich anders an.',
    needsScript:
      'Passkeys brauchen JavaScript. Melden Sie sich anders an, oder schalten Sie es für diese Seite ein.',
    notAdded:
      'Der Passkey wurde nicht hinzugefügt. Versuchen Sie es noch einmal, oder richten Sie etwas anderes ein.',
    taken: 'Dieser Passkey gehört schon zu einem Konto. Erstellen Sie einen anderen.',
    tooMany:
      'Mehr Passkeys können Sie nicht haben. Entfernen Sie einen, bevor Sie einen weiteren hinzufügen.',
    add: 'Passkey hinzufügen',
    intro:
      'Ein Passkey liegt auf diesem Gerät oder in Ihrem Passwortmanager und wird mit Finger, Gesicht oder PIN entsperrt.',
    signsIn: 'Er meldet Sie ohne Passwort an.',
    begin: 'Passkey erstellen',
    offer: 'Beim nächsten Mal ohne Passwort anmelden',
    later: 'Jetzt nicht',
  },
  enrol: {
    title: 'Zweiten Schritt einrichten',
    intro:
      'Für dieses Konto genügt ein Passwort von jetzt an nicht mehr. Das Weitere richten Sie einmal ein.',
    other: 'Etwas anderes einrichten',
  },
  signUp: {
    title: (product) => `Konto bei ${product} anlegen`,
    fullName: 'Name (freiwillig)',
    button: 'Konto anlegen',
    present: 'Ich habe ein Konto',
    closed:
      'Hier kann man kein Konto anlegen. Wenn Sie eingeladen wurden, nutzen Sie den Link in der E-Mail.',
  },
  forgotPassword: {
    title: 'Passwort vergessen',
    intro: 'Wir senden Ihnen einen Code und einen Link für ein neues Passwort.',
    button: 'Senden',
    newTitle: 'Neues Passwort wählen',
    mailed: (sentTo) =>
      `Wir haben einen Code an ${sentTo} gesendet. Sobald das neue Passwort gespeichert ist, werden alle Geräte abgemeldet.`,
    again: 'Noch einen Code senden',
    saved: (email) => `Das Passwort ist gespeichert. Melden Sie sich als ${email} an.`,
  },
  signOut: {
    title: 'Abmelden',
    intro: 'Sie werden in diesem Browser abgemeldet.',
    done: 'Sie sind abgemeldet.',
  },
  confirm: {
    intro: 'Was Sie vorhaben, betrifft die Sicherheit Ihres Kontos.',
  },
  account: {
    title: 'Ihr Konto',
    waysIn: 'Anmeldung',
    changePassword: 'Passwort ändern',
    passwordIntro: 'Andere Geräte werden abgemeldet.',
    currentPassword: 'Bisheriges Passwort',
    withoutPassword: 'Ich kenne das bisherige Passwort nicht',
    kinds: { TOTP: 'Authenticator-App', PASSKEY: 'Passkey' },
    addedOn: (date) => `Eingerichtet am ${date}`,
    remove: 'Entfernen',
    addApp: 'Authenticator-App einrichten',
    link: 'Konto bei einem anderen Dienst verknüpfen',
    linkIntro: 'Danach können Sie sich damit anmelden, ohne Passwort.',
    recoveryCodes: 'Wiederherstellungscodes',
    codesLeft: (count) => (count === 1 ? 'Einer ist übrig.' : `${count} sind übrig.`),
    newCodes: 'Neue Wiederherstellungscodes erstellen',
    emails: 'E-Mail-Adressen',
    primary: 'Mit dieser melden Sie sich an.',
    makePrimary: 'Mit dieser anmelden',
    addEmail: 'E-Mail-Adresse hinzufügen',
    emailIntro: 'Wir senden einen Code dorthin.',
    tooManyEmails:
      'Mehr E-Mail-Adressen können Sie nicht haben. Entfernen Sie eine, bevor Sie eine weitere hinzufügen.',
    apps: 'Apps, die Ihr Konto nutzen dürfen',
    endGrant: 'Zurücknehmen',
    sessions: 'Wo Sie angemeldet sind',
    thisOne: 'dieser Browser',
    unknownDevice: 'Unbekanntes Gerät',
    lastUsed: (date) => `zuletzt benutzt am ${date}`,
    endSession: 'Dort abmelden',
    endOthers: 'Überall sonst abmelden',
    done: {
      'remove-factor': 'Es ist entfernt.',
      unlink: 'Darüber meldet sich niemand mehr an.',
      link: 'Es ist verknüpft und meldet Sie ab jetzt an.',
      'revoke-grant': 'Die App darf Ihr Konto nicht mehr nutzen.',
      'set-primary': 'Von jetzt an melden Sie sich mit dieser E-Mail-Adresse an.',
      'remove-email': 'Die E-Mail-Adresse ist entfernt.',
      'end-session': 'Dieses Gerät ist abgemeldet.',
      'end-others': 'Alle anderen Geräte sind abgemeldet.',
      password: 'Das Passwort ist geändert, andere Geräte sind abgemeldet.',
      email: 'Die E-Mail-Adresse ist hinzugefügt.',
      passkey:
        'Der Passkey ist hinzugefügt. Erstellen Sie Wiederherstellungscodes für den Fall, dass Sie ihn verlieren.',
      app: 'Die Authenticator-App ist eingerichtet. Erstellen Sie Wiederherstellungscodes für den Fall, dass Sie sie verlieren.',
    },
  },
  scopes: {
    here: 'Die App kann:',
    at: (place) => `Bei ${place} kann die App:`,
    offline: 'Der Zugriff bleibt bestehen, wenn Sie sich abmelden, bis Sie ihn zurücknehmen.',
    words: {
      openid: 'anhand einer Nummer wissen, wer Sie hier sind',
      profile: 'Ihren Namen sehen',
      email: 'Ihre E-Mail-Adresse sehen',
      graph: 'lesen, was Sie lesen dürfen',
      'graph:write': 'ändern, was Sie ändern dürfen',
    },
  },
  app: {
    intro:
      'Eine Authenticator-App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen Code. Danach werden Sie bei der Anmeldung gefragt.',
    begin: 'Bild zum Scannen zeigen',
    scan: 'Scannen Sie dieses Bild mit der App und geben Sie dann den Code ein, den sie zeigt.',
    qr: 'QR-Code für die Authenticator-App',
    tooMany:
      'Mehr Authenticator-Apps können Sie nicht haben. Entfernen Sie eine, bevor Sie eine weitere hinzufügen.',
    onThisDevice: 'Die App ist auf diesem Gerät',
    orType: 'Oder tippen Sie dies in die App:',
  },
  recoveryCodes: {
    intro:
      'Ein Wiederherstellungscode ersetzt ein Gerät, das Sie verloren haben. Sie bekommen zehn, und jeder gilt einmal. Frühere gelten dann nicht mehr.',
    button: 'Zehn Codes erstellen',
    shownOnce:
      'Schreiben Sie diese Codes auf, oder drucken Sie diese Seite. Sie werden nur jetzt gezeigt.',
    kept: 'Ich habe sie aufbewahrt',
  },
  continueSession: {
    title: 'Noch da?',
    intro: 'Sie waren eine Weile nicht hier. Mit einem Klick bleiben Sie angemeldet.',
    button: 'Weiter',
    ended: 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  },
  captcha: {
    label: 'Zeigen Sie, dass Sie kein Programm sind',
    needsScript:
      'Das geht nur mit JavaScript. Schalten Sie es für diese Seite ein, oder warten Sie: Dann wird nicht danach gefragt.',
  },
  problems: {
    invalidCredentials: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    wrongPassword: 'Das Passwort ist falsch.',
    registration: {
      INVITATION_REQUIRED: 'Um hier ein Konto anzulegen, brauchen Sie eine Einladung.',
      REGISTRATION_CLOSED: 'Zurzeit kann man hier kein Konto anlegen.',
      DOMAIN_NOT_ALLOWED:
        'Mit einer E-Mail-Adresse dieser Domain kann man hier kein Konto anlegen.',
    },
    wrongCodeHere: 'Dieser Code ist falsch oder wurde schon benutzt.',
    wrongCode: (attempts) =>
      `Dieser Code ist falsch. Sie haben noch ${attempts === 1 ? 'einen Versuch' : `${attempts} Versuche`}.`,
    usedUp: 'Der Code wurde benutzt, ist abgelaufen oder wurde zu oft falsch eingegeben.',
    rateLimited: (seconds) =>
      `Zu viele Versuche. Versuchen Sie es in ${durationOf('de', seconds)} wieder.`,
    captchaRequired: (seconds) =>
      `Hier gab es viele Versuche, von Ihnen oder von einem Programm. Zeigen Sie im Formular, dass Sie keines sind. In ${durationOf('de', seconds)} können Sie es auch so noch einmal versuchen.`,
    lastWayIn:
      'Sonst könnten Sie sich mit nichts mehr anmelden. Richten Sie erst eine andere Anmeldung ein, bevor Sie diese entfernen.',
    lastFactor:
      'Dieses Konto braucht einen zweiten Schritt. Richten Sie erst einen anderen ein, bevor Sie diesen entfernen.',
    factorRequired:
      'Dieses Konto braucht einen zweiten Schritt, und eine E-Mail allein genügt nicht, um ihn einzurichten. Beginnen Sie von vorn, und melden Sie sich mit Ihrem Passwort an.',
    factorRequiredLater: (seconds) =>
      `Dieses Konto braucht einen zweiten Schritt, und am Tag, nachdem ein Passwort zurückgesetzt wurde, kann keiner eingerichtet werden. In ${durationOf('de', seconds)} können Sie sich wieder anmelden.`,
    weakPassword:
      'Wählen Sie ein stärkeres Passwort: 10 bis 128 Zeichen, nicht aus Ihrem Namen, Ihrer E-Mail-Adresse oder dem Namen des Dienstes gebildet, und keines, das Angreifer zuerst versuchen.',
    linkMissing: 'Dieser Link ist nicht vollständig. Kopieren Sie ihn ganz aus der E-Mail.',
    linkUsed:
      'Dieser Link wurde benutzt, ist abgelaufen, oder es gibt einen neueren. Öffnen Sie die neueste E-Mail, oder fordern Sie dort, wo Sie sich anmelden, einen neuen an.',
    stepGone:
      'Dieser Schritt folgt direkt auf den Link in einer E-Mail, und seine Zeit ist um. Fordern Sie dort, wo Sie sich anmelden, ein neues Passwort an.',
    badEmail: 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
    badInput: 'Das kann so nicht verwendet werden. Prüfen Sie Ihre Eingabe.',
    insecure:
      'Diese Seite funktioniert nicht über eine unsichere Verbindung. Öffnen Sie sie mit https.',
    network: 'Diese Seite ist aus Ihrem Netz nicht erreichbar.',
    notOffered: 'Diese Art der Anmeldung gibt es hier nicht.',
    signInBlocked:
      'Diese Anmeldung ist ungewöhnlich und wurde verhindert. Sie haben darüber eine E-Mail bekommen. Benutzen Sie ein Gerät, auf dem Sie schon angemeldet waren.',
    changedMeanwhile: 'Inzwischen hat sich etwas geändert. Öffnen Sie die Seite noch einmal.',
    unavailable:
      'Der Dienst ist überlastet oder teilweise nicht erreichbar. Es wurde nichts geändert: Versuchen Sie es gleich noch einmal.',
    badLink: 'Dieser Link funktioniert nicht',
    badLinkText:
      'Er führt zu einer Adresse, die hier nicht bekannt ist. Gehen Sie zurück zu der Anwendung, aus der Sie kommen, und versuchen Sie es dort noch einmal.',
  },
}
