/** Somebody has to change a setting or a file. The message is written for them, and where it was thrown helps nobody. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
}
