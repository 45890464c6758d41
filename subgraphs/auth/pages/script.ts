// The one script of all pages. Without it everything works as well; it only spares a click.

export const SCRIPT = `
      document.querySelector('[data-send] form')?.requestSubmit()
    `
