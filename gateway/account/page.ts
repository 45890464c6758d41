// One page of the account: a heading, perhaps a button, then a new password. It calls the graph like any other client.

export interface AccountPage {
  readonly title: string
  readonly intro: string
  /** What it begins with: the password, or a button whose mutation yields the token for it. */
  readonly first:
    | 'password'
    | {
        readonly button: string
        readonly mutation: 'denySession' | 'undoEmailChange'
      }
}

export function renderPage({ title, intro, first }: AccountPage, nonce: string): string {
  const isPasswordFirst = first === 'password'
  const button = isPasswordFirst
    ? ''
    : `<button id="act" type="button" data-mutation="${first.mutation}">${first.button}</button>`
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <style nonce="${nonce}">${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p id="intro">${intro}</p>
      <noscript><p>This page needs JavaScript.</p></noscript>
      ${button}
      <form id="form"${isPasswordFirst ? '' : ' hidden'}>
        <label for="password">New password</label>
        <input id="password" type="password" autocomplete="new-password" minlength="10" maxlength="128" required aria-describedby="hint">
        <p id="hint">10 characters or more. A few words make a good one.</p>
        <button type="submit">Save the password</button>
      </form>
      <p id="status" role="status" aria-live="polite"></p>
    </main>
    <script nonce="${nonce}">${SCRIPT}</script>
  </body>
</html>
`
}

const STYLE = `
      :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
      body { margin: 0; display: grid; place-items: center; min-height: 100vh; }
      main { width: min(26rem, 100% - 2rem); }
      h1 { font-size: 1.4rem; }
      label { display: block; font-weight: 600; }
      input { width: 100%; box-sizing: border-box; font: inherit; padding: .6rem; margin: .3rem 0; }
      button { font: inherit; padding: .6rem 1rem; cursor: pointer; }
      #hint { margin-top: 0; opacity: .75; font-size: .9rem; }
      #status.bad { color: light-dark(#a40000, #ff8a80); }
    `

// The token leaves the address bar at once: it must not be shown to whoever looks at the screen or the history.
const SCRIPT = `
      const show = (text, isBad) => {
        status_.textContent = text
        status_.className = isBad ? 'bad' : ''
      }
      const find = (id) => document.getElementById(id)
      const status_ = find('status')
      const form = find('form')
      const act = find('act')
      let token = location.hash.slice(1)
      history.replaceState(null, '', location.pathname)
      // Another link was opened in this tab.
      addEventListener('hashchange', () => location.reload())
      if (token === '') {
        show('This link is not complete: copy all of it from the mail.', true)
        form.hidden = true
        if (act) act.hidden = true
      }

      const send = async (name, field, input) => {
        const type = name[0].toUpperCase() + name.slice(1) + 'Input'
        const query = 'mutation ($input: ' + type + '!) { ' + name + '(input: $input) { ' + field + ' } }'
        const response = await fetch('/graphql', {
          method: 'POST',
          credentials: 'omit',
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify({ query, variables: { input } }),
        }).catch(() => null)
        const body = response && (await response.json().catch(() => null))
        if (!body) throw new Error('The server could not be reached. Try again.')
        if (body.errors) throw new Error(body.errors[0].message)
        return body.data[name]
      }
      const attempt = async (button, work) => {
        button.disabled = true
        show('…')
        try {
          await work()
        } catch (error) {
          show(error.message, true)
        }
        button.disabled = false
      }

      act?.addEventListener('click', () => attempt(act, async () => {
        const { resetToken } = await send(act.dataset.mutation, 'resetToken', { token })
        token = resetToken
        act.hidden = true
        find('intro').textContent = 'Done: every session has ended, and the old password works no more.'
        form.hidden = false
        find('password').focus()
        show('')
      }))
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        attempt(form.querySelector('button'), async () => {
          const { email } = await send('resetPassword', 'email', { token, newPassword: find('password').value })
          form.hidden = true
          find('intro').hidden = true
          show('The password is saved. Log in as ' + email + '.')
        })
      })
    `
