// What to say where a port cannot be listened on, by the settings that name it.

/**
 * @param ports those that this process listens on, by their settings
 * @returns a sentence; null: the error is about something else
 */
export function explainTakenPort(
  ports: Readonly<Record<string, number | undefined>>,
  error: unknown,
): string | null {
  const { code, port } = error as { readonly code?: unknown; readonly port?: unknown }
  if (code !== 'EADDRINUSE') return null
  const [name, other] = Object.keys(ports).filter((one) => ports[one] === port)
  if (name === undefined) return null
  // Nobody else has it: one of our own listeners was first.
  if (other !== undefined)
    return `${name} and ${other} are both ${port}. Set one of them to another port.`
  return `${name}: ${port} is taken by another process. End it, or set ${name} to another port.`
}
