import type { Assembly } from './assemble.ts'
import type { ConnectionKey } from './ports/store.ts'
import { storeTokens } from './refresh/store-tokens.ts'
import type { AppGrantInput, StoreTokensInput, TransactionOptions } from './service-options.ts'
import { parseNewTokens } from './store-input.ts'

/** `storeTokens`. @throws InvalidInputError | StoreUnavailableError */
export async function storeNewTokens(
  assembly: Assembly,
  key: ConnectionKey,
  tokens: StoreTokensInput | AppGrantInput,
  options: TransactionOptions,
): Promise<void> {
  const { profile } = assembly.providers.get(key.provider)
  assembly.appFor(key, undefined)
  const parsed = parseNewTokens(tokens, key, profile, assembly.ports.emit)
  try {
    await storeTokens(assembly.ports, key, parsed, profile.traits, options)
  } finally {
    assembly.forget(key, options.tx !== undefined)
  }
}
