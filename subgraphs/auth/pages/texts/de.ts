// Auth's pages in German.
import type { PageTexts } from './texts.ts'

export const de: PageTexts = {
  error: 'Fehler',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
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
    authenticator: 'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt.',
    recovery:
      'Geben Sie einen der Wiederherstellungscodes ein, die Sie sich notiert haben. Jeder gilt einmal.',
    other: 'Geben Sie den Code ein.',
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
      EMAIL_CODE: 'Code per E-Mail verwenden',
      TOTP: 'Authenticator-App verwenden',
      RECOVERY_CODE: 'Wiederherstellungscode verwenden',
    },
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
  },
  continueSession: {
    title: 'Noch da?',
    intro: 'Sie waren eine Weile nicht hier. Mit einem Klick bleiben Sie angemeldet.',
    button: 'Weiter',
    ended: 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  },
  problems: {
    invalidCredentials: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    wrongCode: (attempts) =>
      `Dieser Code ist falsch. Sie haben noch ${attempts === 1 ? 'einen Versuch' : `${attempts} Versuche`}.`,
    usedUp: 'Der Code wurde benutzt, ist abgelaufen oder wurde zu oft falsch eingegeben.',
    rateLimited: (seconds) =>
      `Zu viele Versuche. Versuchen Sie es in ${seconds < 90 ? plural(seconds, 'einer Sekunde', 'Sekunden') : plural(Math.ceil(seconds / 60), 'einer Minute', 'Minuten')} wieder.`,
    weakPassword:
      'Wählen Sie ein stärkeres Passwort: 10 bis 128 Zeichen, nicht aus Ihrem Namen, Ihrer E-Mail-Adresse oder dem Namen des Dienstes gebildet, und keines, das Angreifer zuerst versuchen.',
    badEmail: 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
    badInput: 'Das kann so nicht verwendet werden. Prüfen Sie Ihre Eingabe.',
    insecure:
      'Diese Seite funktioniert nicht über eine unsichere Verbindung. Öffnen Sie sie mit https.',
    network: 'Diese Seite ist aus Ihrem Netz nicht erreichbar.',
    notOffered: 'Diese Art der Anmeldung gibt es hier nicht.',
    changedMeanwhile: 'Inzwischen hat sich etwas geändert. Öffnen Sie die Seite noch einmal.',
    unavailable:
      'Der Dienst ist überlastet oder teilweise nicht erreichbar. Es wurde nichts geändert: Versuchen Sie es gleich noch einmal.',
    badLink: 'Dieser Link funktioniert nicht',
    badLinkText:
      'Er führt zu einer Adresse, die hier nicht bekannt ist. Gehen Sie zurück zu der Anwendung, aus der Sie kommen, und versuchen Sie es dort noch einmal.',
  },
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : `${count} ${many}`
}
