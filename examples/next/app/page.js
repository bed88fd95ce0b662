import { currentUser, tokens } from '../lib/tokens.js'

export const dynamic = 'force-dynamic'

export default async function Page() {
  const { tenant } = await currentUser()
  if (await tokens.hasToken(tenant, 'acme')) return <p>Acme is connected.</p>
  return (
    <form method="post" action="/oauth/connect/acme">
      <button type="submit">Connect Acme</button>
    </form>
  )
}
