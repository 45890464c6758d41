// A real SMTP server in front of a mailbox, for auth instances that are other processes.
import { SMTPServer } from 'smtp-server'
import { createMailbox, type Mailbox } from '../mailbox.ts'

export async function startSmtpMailbox(
  port: number,
): Promise<{ mailbox: Mailbox; stop(): Promise<void> }> {
  const mailbox = createMailbox()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? ''
        const text = Buffer.concat(chunks).toString()
        void mailbox.send({
          messageId: '',
          to,
          subject: '',
          text,
          code: null,
          link: null,
          html: '',
        })
        done()
      })
    },
  })
  // An auth instance that is killed resets its connection.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  return {
    mailbox,
    stop: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
