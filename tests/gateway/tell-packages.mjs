// Tells over IPC which packages this process has loaded: of every script that V8 has, whoever loaded it.
import { Session } from 'node:inspector'

const packages = new Set()
const session = new Session()
session.connect()
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  const found = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)
  if (found) packages.add(found[1])
})
session.post('Debugger.enable')
process.on('message', () => process.send?.([...packages]))
