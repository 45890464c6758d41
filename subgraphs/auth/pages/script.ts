// The one script of all pages. Without it everything works as well; it spares a press, or a link that would have to be pasted.

// What proves the mailbox leaves the address bar at once: nobody reads it off the screen, and a reload still has it.
export const SCRIPT = `
      document.querySelector('[data-send] form')?.requestSubmit()
      if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
        for (const place of document.querySelectorAll('[data-needs-passkeys]')) place.hidden = false
        const request = (text) => PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(text))
        const send = (form, answer) => {
          form.elements.passkey.value = JSON.stringify(answer.toJSON())
          form.submit()
        }
        const place = document.querySelector('[data-passkey]')
        if (place) {
          place.hidden = false
          const form = place.querySelector('form')
          const ask = async () => {
            const { passkey, options } = place.dataset
            send(form, passkey === 'get'
              ? await navigator.credentials.get({ publicKey: request(options) })
              : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options)) }))
          }
          form.addEventListener('submit', (event) => { event.preventDefault(); ask().catch(() => {}) })
          // Who says no is asked again when they press the button.
          ask().catch(() => {})
        }
        // Among what the browser fills in, without a dialogue before somebody chooses one.
        const offer = document.querySelector('[data-passkey-offer]')
        const offerPasskeys = async () => {
          if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return
          const publicKey = request(offer.dataset.passkeyOffer)
          send(offer.querySelector('form'), await navigator.credentials.get({ mediation: 'conditional', publicKey }))
        }
        if (offer) offerPasskeys().catch(() => {})
        const told = document.querySelector('[data-passkey-signals]')?.dataset.passkeySignals ?? '{}'
        for (const [signal, what] of Object.entries(JSON.parse(told))) PublicKeyCredential[signal]?.(what).catch(() => {})
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
