import { NOT_PUBLIC } from '../ports/transport.ts'
import { mayBePublic, publicLookup, type Resolve, systemResolve } from './public-lookup.ts'

/** Where undici, of which Node's `fetch` is made, keeps what all requests go through. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')

type Dispatcher = NonNullable<RequestInit['dispatcher']>
type AgentClass = new (options: { readonly connect: { readonly lookup: unknown } }) => Dispatcher

/**
 * The platform's `fetch`, for hosts that somebody else has named: it connects to public addresses only. A name is
 * resolved once, and what was checked is what is connected to (docs/decisions/0080-where-fetch-goes.md).
 */
export class PublicFetch {
  readonly #resolve: Resolve
  #agent: { readonly of: AgentClass; readonly dispatcher: Dispatcher } | null = null

  constructor(resolve: Resolve = systemResolve) {
    this.#resolve = resolve
  }

  /**
   * @param own the dispatcher of the caller, which decides itself where it goes: a proxy
   * @returns null: the host is not public, and nothing was sent
   * @throws what `fetch` throws
   */
  async send(request: Request, own?: Dispatcher): Promise<Response | null> {
    if (!mayBePublic(new URL(request.url).hostname)) return null
    try {
      return await fetch(request, own === undefined ? this.#checked() : { dispatcher: own })
    } catch (error) {
      if (isNotPublic(error)) return null
      throw error
    }
  }

  // One of the app for all requests decides itself, too, unless it is a plain agent: a proxy, the mocks of a test.
  #checked(): RequestInit {
    const AgentOfFetch = agentClass()
    if (AgentOfFetch === null) return {}
    if (this.#agent?.of !== AgentOfFetch) {
      const dispatcher = new AgentOfFetch({ connect: { lookup: publicLookup(this.#resolve) } })
      this.#agent = { of: AgentOfFetch, dispatcher }
    }
    return { dispatcher: this.#agent.dispatcher }
  }
}

// Node gives its class to nobody, and one of the package undici may be of another version than Node's `fetch`.
function agentClass(): AgentClass | null {
  const usual: unknown = Reflect.get(globalThis, GLOBAL_DISPATCHER)
  const made: unknown = Object(usual).constructor
  return typeof made === 'function' && made.name === 'Agent' ? (made as AgentClass) : null
}

function isNotPublic(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : null
  return Object(cause).code === NOT_PUBLIC
}
