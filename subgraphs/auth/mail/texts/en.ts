// The mails in English, as Liquid: the subject, an empty line, the text. `button` makes a link of its words.
import type { MailTemplate } from '../../core/mail/outbox.ts'

const noHarm = 'If this was not you, you need to do nothing: without the code nothing happens.'
const undo = `{{ link | button: "This was not me" }}

That brings your addresses back as they were, ends every session and asks for a new password. The link works for 72 hours.`
const askForReset =
  'If this was not you, ask for a new password at once: anyone who reads the mail of an address of the account can.'
const unlessYou =
  'If this was not you, somebody is signed in to your account: log out everywhere, and change your password.'

export const en: Readonly<Record<MailTemplate, string>> = {
  'registration-code': `{{ code }} is your code for {{ product }}

Your code is {{ code }}. It completes the registration at {{ product }} and works for 10 minutes.

${noHarm}`,

  'account-exists': `You already have an account at {{ product }}

Somebody, perhaps you, tried to register this address at {{ product }}. It has an account already: log in, or ask for a new password.

If this was not you, you need to do nothing.`,

  'login-code': `{{ code }} is your sign-in code for {{ product }}

Your code is {{ code }}. It completes the sign-in at {{ product }} and works for 10 minutes.

If this was not you, somebody knows your password: change it.`,

  'sign-in': `{{ code }} is your sign-in code for {{ product }}

Sign in at {{ product }}: enter the code {{ code }} where you asked for it, or open this link on the device that you want to sign in on. Both work for 10 minutes, and one of them once.

{{ link | button: "Sign in" }}

If this was not you, you need to do nothing: without the code or the link nothing happens.`,

  'provider-code': `{{ code }} is your sign-in code for {{ product }}

Your code is {{ code }}. It completes the sign-in at {{ product }} that was begun with {{ provider }}, and works for 10 minutes. From then on that account of {{ provider }} opens the account of this address at {{ product }}.

${noHarm}`,

  'step-up-code': `{{ code }} confirms that it is you at {{ product }}

Your code is {{ code }}. It confirms that it is you who is signed in at {{ product }}, and works for 10 minutes.

If this was not you, somebody is signed in to your account: log out everywhere, and change your password.`,

  'api-key-code': `{{ code }} confirms an API key at {{ product }}

Your code is {{ code }}. It makes the API key "{{ name }}" usable at {{ product }} and works for 10 minutes.

If this was not you, somebody is signed in to your account: log out everywhere.`,

  'session-ended': `A session at {{ product }} was ended for your safety

An old refresh token of a session ({{ device | default: "unknown device" }}) was used again at {{ product }}. That happens when a token was copied, so the session was ended. Log in again; if you do not recognise this, change your password.`,

  'new-device': `A new device signed in to your account at {{ product }}

Your account at {{ product }} was signed in to from a device that we had not seen before.

Time: {{ time }}
Device: {{ device | default: "unknown" }}
Network address: {{ address | default: "unknown" }}

If this was you, you need to do nothing.

{{ link | button: "This was not me" }}

That ends every session, voids the password and lets you choose a new one. The link works for 7 days.`,

  'app-connected': `{{ app }} may use your account at {{ product }}

You let an app use your account at {{ product }}.

App: {{ app }}
Time: {{ time }}
Network address: {{ address | default: "unknown" }}

If this was you, you need to do nothing. If it was not, end your sessions and change your password: that takes it back. Your account has a list of the apps that you let in.`,

  'email-code': `{{ code }} adds this address at {{ product }}

Your code is {{ code }}. It adds this address to your account at {{ product }} and works for 10 minutes.

${noHarm}`,

  'address-taken': `Somebody tried to use your address at {{ product }}

Somebody, perhaps you, tried to add this address to another account at {{ product }}. It belongs to your account already, so nothing was changed.`,

  'email-added': `An address was added to your account at {{ product }}

{{ changed }} was added to your account at {{ product }}.

${undo}`,

  'primary-email-changed': `The main address of your account at {{ product }} was changed

Your account at {{ product }} now has {{ changed }} as its main address instead of this one.

${undo}`,

  'primary-email-restored': `The main address of your account at {{ product }} was changed back

Your account at {{ product }} has {{ changed }} as its main address again, instead of this one.

${askForReset}`,

  'email-removed': `An address was removed from your account at {{ product }}

{{ changed }} no longer belongs to your account at {{ product }}.

${undo}`,

  'address-removed': `This address was removed from your account at {{ product }}

This address no longer belongs to your account at {{ product }}. The main address of the account was told how to undo it.`,

  'address-dropped': `This address was removed from your account at {{ product }}

The main address of your account at {{ product }} was proved for the first time, with a new password. This address came with it from elsewhere and no longer belongs to the account: if it is yours, add it again.`,

  'account-taken-back': `Your account at {{ product }} was taken back

The link "This was not me" in a mail to {{ told }} was used. Every session of your account at {{ product }} has ended, the password no longer works, and addresses, API keys and factors that were added meanwhile are gone.

${askForReset}`,

  'password-reset': `{{ code }} is your code for a new password at {{ product }}

Choose a new password at {{ product }}: enter the code {{ code }} where you asked for it (it works for 10 minutes), or open this link within an hour:

{{ link | button: "Choose a new password" }}

If this was not you, you need to do nothing: your password stays as it is.`,

  'no-account': `You have no account at {{ product }}

Somebody, perhaps you, asked for a new password for this address at {{ product }}. There is no account with it: try another address, or register.

If this was not you, you need to do nothing.`,

  'password-changed': `Your password at {{ product }} was changed

The password of your account at {{ product }} was changed, and other devices were signed out.{% if apiKeys == 1 %} 1 API key of yours still works: look at it.{% elsif apiKeys > 1 %} {{ apiKeys }} API keys of yours still work: look at them.{% endif %}

If this was not you, ask for a new password at once: only somebody who reads this mailbox can.`,

  'factor-added': `Your account at {{ product }} has a further factor

An authenticator app was added to your account at {{ product }}. From now on its code is asked for when you sign in.

${unlessYou}`,

  'factor-enrolled': `Your account at {{ product }} has a further factor

Your account at {{ product }} has to have a further factor, and somebody who signed in with a code that we had mailed to you has added one. From now on it is asked for at every sign-in.

If this was you, you need to do nothing.

{{ link | button: "This was not me" }}

That removes the factor, ends every session, voids the password and lets you choose a new one. The link works for 7 days.`,

  'factor-removed': `A further factor was removed from your account at {{ product }}

An authenticator app was removed from your account at {{ product }}. Its codes no longer work.

${unlessYou}`,

  'passkey-added': `Your account at {{ product }} has a new passkey

A passkey was added to your account at {{ product }}. It signs you in by itself, and is asked for when you sign in with anything else.

${unlessYou}`,

  'passkey-removed': `A passkey was removed from your account at {{ product }}

A passkey was removed from your account at {{ product }}. It no longer signs anybody in.

${unlessYou}`,

  'passkey-suspected': `A passkey was refused at {{ product }}

Somebody tried to sign in to your account at {{ product }} with a passkey that answered as a copy would. It was refused.

Remove that passkey from your account and add a new one. If you have not tried to sign in, somebody may have got at the device that keeps it.`,

  'factors-reset': `The further factors of your account at {{ product }} were removed

An administrator removed every further factor and all recovery codes of your account at {{ product }}, and ended every session. Sign in, and add a factor again.

If you did not ask for this, tell the administrators at once.`,

  'recovery-codes-created': `New recovery codes for your account at {{ product }}

Ten new recovery codes were made for your account at {{ product }}. Those from before no longer work.

${unlessYou}`,

  'recovery-code-used': `A recovery code of your account at {{ product }} was used

A recovery code of your account at {{ product }} was used in place of a further factor. {% if left == 0 %}None is left: make new ones.{% elsif left == 1 %}1 is left: make new ones soon.{% else %}{{ left }} are left.{% endif %}

${unlessYou}`,

  'unusual-sign-in': `An unusual sign-in to your account at {{ product }}

Somebody, perhaps you, signed in to your account at {{ product }} in a way that is unusual for you: from far away, in another country, after a long time, or from a network where many passwords were tried.

Time: {{ time | default: "unknown" }}
Network address: {{ address | default: "unknown" }}{% if country and country != "" %} ({{ country }}){% endif %}

${unlessYou}`,

  'sign-in-blocked': `A sign-in to your account at {{ product }} was stopped

Somebody, perhaps you, had the right password, or another way into your account at {{ product }}, and was stopped: the sign-in was unusual for you.

Time: {{ time | default: "unknown" }}
Network address: {{ address | default: "unknown" }}{% if country and country != "" %} ({{ country }}){% endif %}

If this was you, use a device that you have signed in on before. If not, somebody knows your password: change it.`,

  'identity-linked': `Your account at {{ product }} can be opened with {{ provider }}

An account of {{ provider }} was linked to your account at {{ product }}, and signs you in from now on.

If this was not you, unlink it, and change your password.`,

  'identity-unlinked': `{{ provider }} no longer opens your account at {{ product }}

An account of {{ provider }} was unlinked from your account at {{ product }}: it no longer signs you in.

${unlessYou}`,

  invitation: `You are invited to {{ product }}

An account was made for you at {{ product }}. Choose a password within 7 days:

{{ link | button: "Choose a password" }}`,

  'account-deletion-code': `{{ code }} deletes your account at {{ product }}

Your code is {{ code }}. It deletes your account at {{ product }}, with everything in it, and works for 10 minutes. This cannot be undone.

If this was not you, somebody is signed in to your account: log out everywhere, and change your password.`,

  'account-deleted': `Your account at {{ product }} was deleted

Your account at {{ product }} was deleted, and every device is signed out. Your data is being removed from all services.`,
}
