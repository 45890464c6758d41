// The gateway's refusals in German.
import { durationOf } from '../../../platform/pages/duration.ts'
import type { RefusalTexts } from './texts.ts'

export const de: RefusalTexts = {
  error: 'Fehler',
  openAgain: 'Die Seite neu öffnen',
  continueTo: (product) => `Weiter zu ${product}`,
  notFound: [
    'Hier ist nichts',
    'Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.',
  ],
  formOutOfDate: [
    'Diese Seite ist veraltet',
    'Sie war zu lange offen, Sie haben sich inzwischen an- oder abgemeldet, oder Ihr Browser speichert keine Cookies für sie. Es wurde nichts geändert.',
  ],
  rateLimited: (seconds) => [
    'Zu viele Anfragen',
    `Aus Ihrem Netz kam zu viel. Versuchen Sie es in ${durationOf('de', seconds)} wieder.`,
  ],
  network: ['Nicht von hier', 'Diese Seite ist aus Ihrem Netz nicht erreichbar.'],
  insecure: [
    'Diese Verbindung ist nicht sicher',
    'Diese Seite funktioniert nicht über eine unsichere Verbindung. Öffnen Sie sie mit https.',
  ],
  unavailable: [
    'Im Moment nicht verfügbar',
    'Der Dienst ist überlastet oder teilweise nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  ],
  other: [
    'Das hat nicht geklappt',
    'Was Ihr Browser gesendet hat, war nicht zu gebrauchen. Es wurde nichts geändert.',
  ],
}
