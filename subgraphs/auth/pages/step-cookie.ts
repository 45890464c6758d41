// Carries what proves the mailbox from "this was not me" to the page for the new password.
const NAME = '__Host-step'
const MAX_AGE_SECONDS = 3_600

export function stepCookie(token: string): string {
  return line(token, MAX_AGE_SECONDS)
}

export function clearedStepCookie(): string {
  return line('', 0)
}

export function readStep(cookies: ReadonlyMap<string, string>): string | null {
  return cookies.get(NAME) ?? null
}

function line(value: string, maxAge: number): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAge}; Secure; SameSite=Lax; HttpOnly`
}
