// A process that composes one graph for the one that serves, and ends.
import { composeForParent } from './compose-for-parent.ts'

process.once('message', async (configPath) => {
  process.send?.(await composeForParent(String(configPath)))
  process.disconnect()
})
