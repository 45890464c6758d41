import type { ProviderTexts } from './texts.ts'

export const de: ProviderTexts = {
  consent: {
    title: (app) => `${app} zulassen?`,
    intro: (app, product) => `${app} möchte Ihr Konto bei ${product} verwenden und könnte dann:`,
    redirect: (host) =>
      `Danach geht es weiter zu ${host}. Fahren Sie nur fort, wenn Sie das kennen.`,
    resources: (where) => `Das gilt für ${where} und sonst nirgends.`,
    allow: 'Zulassen',
    deny: 'Nicht zulassen',
    over: 'Diese Anfrage ist abgelaufen',
    overText:
      'Sie hat zu lange gedauert, wurde schon beantwortet oder in einem anderen Browser begonnen. Gehen Sie zur App zurück, und beginnen Sie neu.',
  },
  device: {
    title: 'Ein Gerät verbinden',
    intro: 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
    code: 'Code',
    codeHint: 'Acht Buchstaben. Geben Sie nie einen Code ein, den Ihnen jemand geschickt hat.',
    next: 'Weiter',
    confirm: (app) => `${app} verbinden?`,
    confirmIntro:
      'Ein Gerät möchte Ihr Konto verwenden. Lassen Sie es nur zu, wenn es vor Ihnen steht. Es könnte dann:',
    from: (address, agent) => `Es fragt von der Netzadresse ${address} aus an, als „${agent}“.`,
    allow: 'Zulassen',
    deny: 'Nicht zulassen',
    wrong:
      'Es gibt kein Gerät mit diesem Code, oder es wartet nicht mehr. Sehen Sie noch einmal nach.',
    done: 'Ihr Gerät ist verbunden',
    doneText: (app) => `${app} macht von selbst weiter. Sie können diese Seite schließen.`,
    denied: 'Nicht verbunden',
    deniedText: 'Das Gerät wurde abgewiesen. Sie können diese Seite schließen.',
    nothingText:
      'Nichts von dem, worum das Gerät bittet, dürfen Sie selbst. Es wurde abgewiesen. Sie können diese Seite schließen.',
  },
  logout: {
    title: (product) => `Von ${product} abmelden?`,
    intro:
      'Eine App möchte Sie abmelden. Apps, die Sie nur für diese Sitzung zugelassen haben, enden mit ihr.',
    yes: 'Abmelden',
    done: 'Sie sind abgemeldet',
    doneText: 'Sie können diese Seite schließen.',
  },
  problem: {
    title: 'Die App hat um etwas gebeten, das nicht geht',
    text: 'Mit Ihrem Konto ist nichts geschehen. Sagen Sie denen, die die App betreiben, was unten steht.',
    code: (code) => `Grund: ${code}`,
  },
}
