import type { Finding } from './finding.ts'
import type { Stage } from './stage.ts'

/** One line of the story: something is made to happen, and looked at. */
export interface Chapter {
  readonly title: string
  readonly play: (stage: Stage) => Promise<Finding>
}
