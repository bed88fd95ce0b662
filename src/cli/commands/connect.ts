import { connectAccount } from '../connect/connect-account.ts'
import { connectRequest, withConfiguredScopes } from '../connect/connect-request.ts'
import { grantedLines, grantedOf } from '../connect/granted.ts'
import { EXIT } from '../failure.ts'
import { argument, type Invocation, withService } from '../invocation.ts'

/** Connects an account of a client, and tells what was granted in the end. */
export async function connect(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const request = await connectRequest(invocation, argument(invocation, 0), argument(invocation, 1))
  const asked = await withConfiguredScopes(request, invocation)
  const granted = await withService(invocation, {}, async service =>
    grantedOf(service, await connectAccount(service, asked, output)),
  )
  output.report(granted, grantedLines(granted, output.columns))
  return EXIT.done
}
