import { EXIT } from '../failure.ts'
import { argument, type Invocation, withService } from '../invocation.ts'

/** Prints a valid access token, alone, so that a shell can take it. */
export async function token(invocation: Invocation): Promise<number> {
  const { output } = invocation
  const held = await withService(invocation, {}, service =>
    service.getToken(argument(invocation, 0), argument(invocation, 1)),
  )
  output.report(held, [held.accessToken])
  return EXIT.done
}
