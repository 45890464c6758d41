// The one script of all pages. Without it everything works as well; it spares a press, or a link that would have to be pasted.

// What proves the mailbox leaves the address bar at once: nobody reads it off the screen, and a reload still has it.
export const SCRIPT = `
      document.querySelector('[data-send] form')?.requestSubmit()
      if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
        for (const place of document.querySelectorAll('[data-needs-passkeys]')) place.hidden = false
        const place = document.querySelector('[data-passkey]')
        if (place) {
          place.hidden = false
          const form = place.querySelector('form')
          const ask = async () => {
            const options = JSON.parse(place.dataset.options)
            const answer = place.dataset.passkey === 'get'
              ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
              : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
            form.elements.passkey.value = JSON.stringify(answer.toJSON())
            form.submit()
          }
          form.addEventListener('submit', (event) => { event.preventDefault(); ask().catch(() => {}) })
          // Who says no is asked again when they press the button.
          ask().catch(() => {})
        }
      }
      const field = document.getElementById('link')
      if (field) {
        const link = location.hash.length > 1 ? location.hash.slice(1) : history.state?.link
        if (link) {
          history.replaceState({ link }, '', location.pathname)
          field.value = link
          document.getElementById('link-field').hidden = true
          document.querySelector('#password, button').focus()
        }
        // Another link was opened in this tab.
        addEventListener('hashchange', () => location.reload())
      }
    `
