// The one style sheet of all pages. Light and dark by what the reader prefers; from 320 pixels to wide.
import type { Brand } from './brand.ts'

export function styleOf({ accent, variables }: Brand): string {
  return `
      :root { color-scheme: light dark; line-height: 1.5;
        --accent: ${accent.light}; --accent-dark: ${accent.dark}; --on-accent: #fff; --on-accent-dark: #10151c;
        --background: #fff; --background-dark: #121212; --text: #16191d; --text-dark: #f1f3f5; --border: #767676;
        --font: system-ui, sans-serif; --radius: .4rem; --width: 26rem; }
      :root { ${variables} }
      html { background: light-dark(var(--background), var(--background-dark)); color: light-dark(var(--text), var(--text-dark)); font-family: var(--font); }
      body { margin: 0 auto; padding: 1rem; max-width: var(--width); overflow-wrap: break-word; }
      body.wide { max-width: max(var(--width), 44rem); }
      header { margin: 1rem 0 2rem; }
      header a { font-weight: 700; color: inherit; text-decoration: none; }
      header img { display: block; max-width: 100%; max-height: 3rem; }
      h1 { font-size: clamp(1.2rem, 6vw, 1.5rem); line-height: 1.25; margin: 0 0 .5rem; hyphens: auto; }
      h2 { font-size: 1.15rem; line-height: 1.3; margin: 2.25rem 0 .5rem; }
      a { color: light-dark(var(--accent), var(--accent-dark)); }
      form { margin: 1.5rem 0; }
      label, legend { display: block; font-weight: 600; padding: 0; }
      fieldset { border: 0; margin: 0 0 1rem; padding: 0; }
      .check { display: flex; gap: .6rem; align-items: baseline; font-weight: 400; margin: .4rem 0; }
      .check input { width: auto; margin: 0; }
      input { width: 100%; box-sizing: border-box; font: inherit; padding: .6rem; margin: .3rem 0; color: inherit;
        background: transparent; border: 1px solid var(--border); border-radius: var(--radius); }
      .field { margin-bottom: 1rem; }
      button, a.button { display: inline-block; box-sizing: border-box; font: inherit; font-weight: 600; padding: .65rem 1.1rem; cursor: pointer;
        border: 1px solid transparent; border-radius: var(--radius); text-decoration: none; margin: 0 .5rem .5rem 0;
        color: light-dark(var(--on-accent), var(--on-accent-dark)); background: light-dark(var(--accent), var(--accent-dark)); }
      button.plain, a.button.plain { color: light-dark(var(--accent), var(--accent-dark)); background: transparent; border-color: currentcolor; }
      button:focus-visible, a:focus-visible, input:focus-visible, summary:focus-visible { outline: 3px solid light-dark(var(--accent), var(--accent-dark)); outline-offset: 2px; }
      .hint { margin: 0; font-size: .9rem; }
      .wrong { margin: .2rem 0 0; font-size: .9rem; color: light-dark(#a40000, #ff9d94); }
      [aria-invalid=true] { border: 2px solid light-dark(#a40000, #ff9d94); }
      #problem { padding: .6rem .8rem; border-inline-start: .25rem solid; color: light-dark(#a40000, #ff9d94); outline: none; }
      #problem p { margin: 0; }
      #problem a { color: inherit; }
      #done { padding: .6rem .8rem; border-inline-start: .25rem solid light-dark(#0a6b2d, #7ddc9a); outline: none; }
      .list { list-style: none; margin: 0; padding: 0; }
      .list > li { padding: .8rem 0; border-top: 1px solid light-dark(#d5d9de, #3a3f45); }
      .list form { margin: .4rem 0 0; }
      .list p { margin: 0; }
      .list ul { margin: 0; padding-inline-start: 1.3rem; }
      .codes { font-family: ui-monospace, monospace; font-size: 1.05rem; padding-inline-start: 2.5rem; white-space: nowrap; }
      .qr { display: block; width: 13rem; max-width: 100%; background: #fff; padding: .5rem; border-radius: var(--radius); }
      .qr svg { display: block; width: 100%; height: auto; }
      code { overflow-wrap: anywhere; }
      nav ul { list-style: none; margin: 1.5rem 0; padding: 0; }
      nav li { margin: .4rem 0; }
      @media (min-width: 40rem) { body { padding-block-start: 8vh; } }
      .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      [hidden] { display: none; }
    `
}
