import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Finding, fail, pass, warn } from './finding.ts'

const OTHERS = 0o077
const WRITE_OF_OTHERS = 0o022
const STICKY = 0o1000

/** The files of an embedded database and their directory: nobody but their owner may touch them. */
export function fileFindings(path: string): readonly Finding[] {
  // Windows has no such modes: Node reports what it makes up.
  if (process.platform === 'win32') return []
  const open = [path, `${path}-wal`, `${path}-shm`, `${path}.key`].filter(
    file => ((modeOf(file) ?? 0) & OTHERS) !== 0,
  )
  const directory = dirname(path)
  const mode = modeOf(directory) ?? 0
  // With the sticky bit, as in /tmp, only the owner of a file can put another in its place.
  if ((mode & WRITE_OF_OTHERS) !== 0 && (mode & STICKY) === 0) {
    return [
      fail(
        'files',
        `Others may write to ${directory}, and so put other files in the place of these.`,
        `Run: chmod go-w ${directory}`,
      ),
    ]
  }
  if (open.length > 0) {
    return [warn('files', `Others may read ${open.join(', ')}.`, `Run: chmod 600 ${open.join(' ')}`)]
  }
  return [pass('files', 'Database and keys are readable by their owner only.')]
}

/** Null: there is no such file. */
function modeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mode ?? null
}
