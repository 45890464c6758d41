// The account's pages in German.
import type { AccountTexts } from './texts.ts'

export const de: AccountTexts = {
  pages: {
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
  linkLabel: 'Link aus der E-Mail',
  linkHint:
    'Kopieren Sie den ganzen Link aus der E-Mail oder aus der Adresszeile dieser Seite und fügen Sie ihn hier ein.',
  passwordLabel: 'Neues Passwort',
  passwordHint: '10 Zeichen oder mehr. Ein paar Wörter sind eine gute Wahl.',
  saved: (email) => `Das Passwort ist gespeichert. Melden Sie sich als ${email} an.`,
  signedIn: (email) => `Sie sind als ${email} angemeldet.`,
  continueTo: (product) => `Weiter zu ${product}`,
  error: 'Fehler',
  problems: {
    linkMissing: 'Dieser Link ist nicht vollständig. Kopieren Sie ihn ganz aus der E-Mail.',
    linkUsed:
      'Dieser Link wurde benutzt, ist abgelaufen, oder es gibt einen neueren. Öffnen Sie die neueste E-Mail, oder fordern Sie dort, wo Sie sich anmelden, einen neuen an.',
    stepGone:
      'Dieser Schritt folgt direkt auf den Link in einer E-Mail, und seine Zeit ist um. Fordern Sie dort, wo Sie sich anmelden, ein neues Passwort an.',
    weakPassword: () =>
      'Wählen Sie ein stärkeres Passwort: 10 bis 128 Zeichen, nicht aus Ihrem Namen, Ihrer Adresse oder dem Namen des Dienstes gebildet, und keines, das Angreifer zuerst versuchen.',
    foreignOrigin: (publicUrl) =>
      `Das Formular kam nicht von einer Seite unter ${publicUrl}. Öffnen Sie den Link in der E-Mail noch einmal.`,
    formToken:
      'Die Seite war zu lange offen, oder Ihr Browser speichert keine Cookies für sie. Drücken Sie den Knopf noch einmal.',
    insecure:
      'Diese Seite funktioniert nicht über eine unsichere Verbindung. Öffnen Sie sie mit https.',
    network: 'Diese Seite ist aus Ihrem Netz nicht erreichbar.',
    furtherFactor:
      'Dieses Konto verlangt einen zweiten Nachweis, den diese Seite nicht annimmt. Melden Sie sich mit einem neuen Code an, wo Sie den Link angefordert haben.',
    rateLimited: (minutes) =>
      `Zu viele Versuche. Versuchen Sie es in ${minutes === 1 ? 'einer Minute' : `${minutes} Minuten`} wieder.`,
    unavailable:
      'Der Dienst ist überlastet oder teilweise nicht erreichbar. Es wurde nichts geändert: Versuchen Sie es gleich noch einmal.',
  },
}
