// The gateway's refusals in English.
import { durationOf } from '../../../platform/pages/duration.ts'
import type { RefusalTexts } from './texts.ts'

export const en: RefusalTexts = {
  error: 'Error',
  openAgain: 'Open the page again',
  continueTo: (product) => `Continue to ${product}`,
  notFound: ['There is nothing here', 'The address may be mistyped, or the page has moved.'],
  formOutOfDate: [
    'This page is out of date',
    'It was open for too long, you signed in or out in the meantime, or your browser does not keep cookies for it. Nothing was changed.',
  ],
  rateLimited: (seconds) => [
    'Too many requests',
    `Too much came from your network. Try again in ${durationOf('en', seconds)}.`,
  ],
  network: ['Not from here', 'This page cannot be used from your network.'],
  insecure: [
    'This connection is not secure',
    'This page does not work over an insecure connection. Open it with https.',
  ],
  unavailable: [
    'Not available at the moment',
    'The service is busy or partly unavailable. Try again soon.',
  ],
  other: ['This did not work', 'What your browser sent could not be used. Nothing was changed.'],
}
