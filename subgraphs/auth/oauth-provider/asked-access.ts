// What an app's request asks for, as its parameters say it: scopes, and the resources at which it would use them.
export interface AskedAccess {
  readonly scopes: readonly string[]
  /** As the app writes them. */
  readonly resources: readonly string[]
}

export function askedAccess(
  { scope, resource }: Readonly<Record<string, unknown>>,
  publicUrl: string,
): AskedAccess {
  return {
    scopes: String(scope ?? '')
      .split(' ')
      .filter(Boolean),
    resources: [resource ?? publicUrl].flat().map(String),
  }
}
