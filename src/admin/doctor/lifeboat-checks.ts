import { accessSync, constants, existsSync } from 'node:fs'
import type { Assembly } from '../../assemble.ts'
import { type Finding, pass, warn } from './finding.ts'

/** Whether refresh tokens wait on the disk that the database should have, and whether one could be put there. */
export async function lifeboatFindings({ ports: { lifeboat } }: Assembly): Promise<readonly Finding[]> {
  if (lifeboat === null) {
    return [
      pass(
        'lifeboat',
        'There is none. Where a provider rotates refresh tokens, EVERGRANT_DATA_DIR gives it a place.',
      ),
    ]
  }
  const waiting = (await lifeboat.waiting()).length
  if (waiting > 0) {
    return [
      warn(
        'lifeboat',
        `${waiting} refresh ${waiting === 1 ? 'token waits' : 'tokens wait'} in ${lifeboat.name}: a process ended ` +
          'before the database had it.',
        'Start the service: it brings back what belongs to this database. What stays is of another database, or ' +
          'sealed by a key that is lacking.',
      ),
    ]
  }
  if (existsSync(lifeboat.name) && !isWritable(lifeboat.name)) {
    return [
      warn(
        'lifeboat',
        `This user cannot write to ${lifeboat.name}: a crash can cost a rotated refresh token.`,
        'Make it writable for the user of the service, or name another in EVERGRANT_DATA_DIR.',
      ),
    ]
  }
  return [pass('lifeboat', `No refresh token waits in ${lifeboat.name}.`)]
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
