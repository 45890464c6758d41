// A process that composes one graph for the one that serves, and ends. Which one is in its arguments: a message could come before
// anybody listens.
import { composeForParent } from './compose-for-parent.ts'

process.send?.(await composeForParent(process.argv[2] ?? ''), () => process.disconnect())
