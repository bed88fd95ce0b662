import type { Clock } from '../../../../ports/clock.ts'
import { type Channel, type ChannelChanges, DEFAULT_LIFE_MS } from './channel.ts'

/** The channels of one organization. */
export class Channels {
  readonly #clock: Clock
  readonly #channels = new Map<string, Channel>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Those that have not expired. */
  alive(): readonly Channel[] {
    const now = this.#clock.monotonicMs()
    for (const { id, expiresAt } of this.#channels.values()) {
      if (expiresAt <= now) this.#channels.delete(id)
    }
    return [...this.#channels.values()]
  }

  find(id: string): Channel | null {
    return this.alive().find(channel => channel.id === id) ?? null
  }

  /** Makes a channel, or one in place of the one with its id. */
  put(changes: ChannelChanges & Required<Pick<ChannelChanges, 'modules' | 'notifyUrl'>>): Channel {
    return this.#keep({
      ...{
        token: null,
        returnValues: false,
        relatedActions: false,
        conditions: new Map(),
        sentConditions: null,
      },
      ...changes,
      expiresAt: this.#clock.monotonicMs() + (changes.expiryMs ?? DEFAULT_LIFE_MS),
    })
  }

  /** Changes what is said, the rest stays; the time is counted anew where it is said. */
  change(channel: Channel, changes: ChannelChanges): Channel {
    const expiresAt =
      changes.expiryMs === undefined ? channel.expiresAt : this.#clock.monotonicMs() + changes.expiryMs
    return this.#keep({ ...channel, ...changes, expiresAt })
  }

  remove(id: string): void {
    this.#channels.delete(id)
  }

  #keep(channel: Channel): Channel {
    this.#channels.set(channel.id, channel)
    return channel
  }
}
