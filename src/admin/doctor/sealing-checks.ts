import type { OAuthTokenService } from '../../service.ts'
import { listKeys } from '../list-keys.ts'
import { type Finding, fail, pass, warn } from './finding.ts'

/** Whether the ring opens what is stored, and whether all of it is sealed, by the first key. */
export async function sealingFindings(service: OAuthTokenService): Promise<readonly Finding[]> {
  const { keys, unknown, plaintext } = await listKeys(service)
  return [ring(keys, unknown), sealing(keys, plaintext)]
}

interface KeyUse {
  readonly id: string
  readonly values: number
}

function ring(keys: readonly KeyUse[], unknown: readonly KeyUse[]): Finding {
  if (unknown.length === 0) {
    return pass('keys', `Every sealed value has its key: ${keys.map(({ id }) => id).join(', ')}.`)
  }
  const lacking = unknown.map(({ id, values }) => `${id} (${counted(values, 'value')})`)
  return fail(
    'keys',
    `The key ring lacks keys that values are sealed with: ${lacking.join(', ')}.`,
    'Add them behind the first key in EVERGRANT_ENCRYPTION_KEYS. Lost? See docs/guide/keys.md.',
  )
}

function sealing([first, ...others]: readonly KeyUse[], plaintext: number): Finding {
  if (plaintext > 0) {
    return warn('sealing', `${counted(plaintext, 'token')} in plaintext.`, 'Run: evergrant keys seal')
  }
  const older = others.filter(({ values }) => values > 0)
  if (older.length > 0) {
    const uses = older.map(({ id, values }) => `${counted(values, 'value')} by ${id}`)
    return warn('sealing', `Sealed by an older key: ${uses.join(', ')}.`, 'Run: evergrant keys rotate')
  }
  const idle = others.map(({ id }) => id)
  const rest = idle.length === 0 ? '' : ` Nothing needs ${idle.join(', ')} any more.`
  return pass('sealing', `Every stored token is sealed by ${first?.id ?? 'the first key'}.${rest}`)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
