import type { ModeDefinition } from './mode.ts'
import { clocks } from './modes/clocks.ts'
import { freeze } from './modes/freeze.ts'
import { kill } from './modes/kill.ts'
import { provider } from './modes/provider.ts'
import { proxy } from './modes/proxy.ts'
import { sqlite } from './modes/sqlite.ts'
import { stop } from './modes/stop.ts'
import { sweep } from './modes/sweep.ts'
import { term } from './modes/term.ts'

/** Everything that is done to a campaign, by name, in the order in which it is played and told. */
export const definitions = {
  kill,
  term,
  freeze,
  stop,
  proxy,
  provider,
  sqlite,
  clocks,
  sweep,
} satisfies Readonly<Record<string, ModeDefinition>>

export type Mode = keyof typeof definitions

export const modes = Object.keys(definitions) as readonly Mode[]

export function definitionOf(mode: Mode): ModeDefinition {
  return definitions[mode]
}
