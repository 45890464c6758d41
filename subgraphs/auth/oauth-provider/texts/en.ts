import type { ProviderTexts } from './texts.ts'

export const en: ProviderTexts = {
  consent: {
    title: (app) => `Let ${app} in?`,
    intro: (app, product) => `${app} asks to use your account at ${product}. It will be able to:`,
    redirect: (host) => `Afterwards you are sent to ${host}. Go on only if you know it.`,
    resources: (where) => `It may do this at ${where}, and nowhere else.`,
    allow: 'Allow',
    deny: 'Do not allow',
    over: 'This request is over',
    overText:
      'It took too long, was answered already, or began in another browser. Go back to the app, and start again.',
  },
  device: {
    title: 'Connect a device',
    intro: 'Type the code that your device shows.',
    code: 'Code',
    codeHint: 'Eight letters. Never type a code that somebody sent you.',
    next: 'Continue',
    confirm: (app) => `Connect ${app}?`,
    confirmIntro:
      'A device asks to use your account. Allow it only if it is in front of you. It will be able to:',
    from: (address, agent) => `It asks from the network address ${address}, as “${agent}”.`,
    allow: 'Allow',
    deny: 'Do not allow',
    wrong: 'There is no device with this code, or it no longer waits. Look at it again.',
    done: 'Your device is connected',
    doneText: (app) => `${app} goes on by itself. You can close this page.`,
    denied: 'Not connected',
    deniedText: 'The device was told no. You can close this page.',
    nothingText:
      'You may do nothing of what the device asks for, so it was told no. You can close this page.',
  },
  logout: {
    title: (product) => `Sign out of ${product}?`,
    intro: 'An app asks to sign you out. Apps that you let in for this session alone end with it.',
    yes: 'Sign out',
    done: 'You are signed out',
    doneText: 'You can close this page.',
  },
  problem: {
    title: 'The app asked for something that cannot be done',
    text: 'Nothing happened to your account. Tell the people who run the app what is written below.',
    code: (code) => `Reason: ${code}`,
  },
}
