// A browser for tests of the OAuth provider: cookies, redirects, and forms of pages, as a person's would.
import type { Stack } from '../../harness.ts'
import { LOGIN, PASSWORD, type Person } from '../../people.ts'

export interface Loaded {
  readonly status: number
  readonly url: string
  /** Where a redirect leads. */
  readonly location: string | null
  readonly html: string
  readonly headers: Headers
}

export class WebBrowser {
  readonly cookies = new Map<string, string>()
  readonly #publicUrl: string
  readonly #gateway: string

  constructor(stack: Pick<Stack, 'env'>, gateway?: string) {
    this.#publicUrl = stack.env.PUBLIC_URL ?? ''
    this.#gateway = gateway ?? this.#publicUrl
  }

  async signIn(stack: Pick<Stack, 'client'>, person: Person): Promise<void> {
    const input = { email: person.email, password: PASSWORD, delivery: 'COOKIE' }
    const headers = { origin: this.#publicUrl, ...this.#cookieHeader() }
    const answer = await stack.client.send(LOGIN, { input }, headers)
    if (answer.data?.login?.__typename !== 'SignedIn') throw new Error(answer.text)
    for (const line of answer.cookies) this.#keep(line)
  }

  async open(url: string): Promise<Loaded> {
    return await this.#send(url, {})
  }

  /** Follows redirects of ours until a page is shown, or one leads elsewhere. */
  async follow(url: string): Promise<Loaded> {
    let loaded = await this.open(url)
    for (let hops = 0; hops < 10 && this.#isOurs(loaded.location); hops += 1) {
      loaded = await this.open(loaded.location ?? '')
    }
    return loaded
  }

  /** Sends the page's form with this button, and follows. */
  async press(
    page: Loaded,
    button: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Loaded> {
    const form = formWith(page.html, [...Object.keys(fields), ...(button === '' ? [] : ['do'])])
    const [, action = ''] = /action="([^"]*)"/.exec(form) ?? []
    const body = new URLSearchParams(fields)
    for (const [, name = '', value = ''] of form.matchAll(
      /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
    )) {
      if (!body.has(name)) body.set(name, value)
    }
    if (button !== '') body.set('do', button)
    const sent = await this.#send(action.replaceAll('&amp;', '&'), {
      method: 'POST',
      body,
      headers: { origin: this.#publicUrl },
    })
    return this.#isOurs(sent.location) ? await this.follow(sent.location ?? '') : sent
  }

  async #send(url: string, init: RequestInit): Promise<Loaded> {
    const { pathname, search } = new URL(url, this.#publicUrl)
    const response = await fetch(this.#gateway + pathname + search, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...this.#cookieHeader() },
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const { status, headers } = response
    const html = await response.text()
    return { status, url, location: headers.get('location') ?? refreshOf(html), html, headers }
  }

  #isOurs(location: string | null): boolean {
    return location !== null && new URL(location, this.#publicUrl).origin === this.#publicUrl
  }

  #cookieHeader(): Record<string, string> {
    if (this.cookies.size === 0) return {}
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const equals = pair.indexOf('=')
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** The first that has all of these; a page may have a form for each way on. */
function formWith(page: string, names: readonly string[]): string {
  const forms = page.split('<form method="post"').slice(1)
  const found = forms.find((form) => names.every((name) => form.includes(`name="${name}"`)))
  return (found ?? forms[0] ?? '').split('</form>')[0] ?? ''
}

/** Where a page leads on by itself, as it does in place of a redirect that the form's policy would forbid. */
function refreshOf(html: string): string | null {
  const [, url] = /<meta http-equiv="refresh" content="0;url=([^"]*)"/.exec(html) ?? []
  return url?.replaceAll('&amp;', '&') ?? null
}
