import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { symmetricEncrypt } from 'better-auth/crypto'
import { getMigrations } from 'better-auth/db/migration'

/** An account as a sign-in library is told of it after an OAuth flow. */
export interface Account {
  readonly user: string
  readonly provider: string
  readonly account: string
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
  readonly expiresAt?: Date | undefined
  readonly scopes?: readonly string[] | undefined
}

/** What the tests ask of a library: the ids of users by their names, and accounts. */
export interface SignInLibrary {
  /** Makes the user, when there is none of this name. Gives the library's id for it. */
  user(name: string): Promise<string>
  link(account: Account): Promise<void>
}

/** better-auth itself, which makes its tables and writes its rows. */
export async function betterAuthOn(
  database: BetterAuthOptions['database'],
  options: Pick<BetterAuthOptions, 'account' | 'secrets'> = {},
): Promise<SignInLibrary> {
  const auth = betterAuth({
    database,
    baseURL: 'http://127.0.0.1',
    secret: 'a secret that is long enough for better-auth',
    logger: { disabled: true },
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    ...options,
  })
  await (await getMigrations(auth.options)).runMigrations()
  const { internalAdapter, secretConfig } = await auth.$context
  const sealed = async (token: string | undefined): Promise<string | undefined> =>
    token !== undefined && options.account?.encryptOAuthTokens
      ? symmetricEncrypt({ key: secretConfig, data: token })
      : token
  const users = new Map<string, string>()
  const user = async (name: string): Promise<string> => {
    const id =
      users.get(name) ??
      (await internalAdapter.createUser({ email: `${name}@app.example`, name }, { method: 'other' })).id
    users.set(name, id)
    return id
  }
  return {
    user,
    link: async account => {
      await internalAdapter.createAccount({
        userId: await user(account.user),
        providerId: account.provider,
        accountId: account.account,
        accessToken: await sealed(account.accessToken),
        refreshToken: await sealed(account.refreshToken),
        accessTokenExpiresAt: account.expiresAt,
        scope: account.scopes?.join(','),
      })
    },
  }
}

/** What is used of an adapter of Auth.js. */
interface Adapter {
  createUser(user: object): Promise<{ readonly id: unknown }>
  linkAccount(account: object): Promise<unknown>
}

/** Auth.js by its adapter for `pg` or for Drizzle; the tables are there. */
export async function authjsOn(name: 'pg' | 'drizzle', database: object): Promise<SignInLibrary> {
  // By a name that the compiler does not follow: the types of Auth.js bring those of a browser into every file.
  const packageName: string = `@auth/${name}-adapter`
  const library: Record<string, (database: object) => Adapter> = await import(packageName)
  const adapter = (name === 'pg' ? library.default : library.DrizzleAdapter)?.(database)
  if (adapter === undefined) throw new RangeError(`${packageName} has no adapter`)
  const users = new Map<string, string>()
  const user = async (name: string): Promise<string> => {
    const found = users.get(name)
    if (found !== undefined) return found
    const made = await adapter.createUser({ email: `${name}@app.example`, emailVerified: null, name })
    users.set(name, String(made.id))
    return String(made.id)
  }
  return {
    user,
    link: async account => {
      await adapter.linkAccount({
        userId: await user(account.user),
        type: 'oauth',
        provider: account.provider,
        providerAccountId: account.account,
        access_token: account.accessToken,
        refresh_token: account.refreshToken,
        expires_at: account.expiresAt && Math.floor(account.expiresAt.getTime() / 1_000),
        scope: account.scopes?.join(' '),
        token_type: 'bearer',
      })
    },
  }
}
