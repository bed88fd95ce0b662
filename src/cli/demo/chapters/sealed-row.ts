import type { Chapter } from '../chapter.ts'
import { counted, same } from '../finding.ts'
import { withDatabaseCopies } from '../place.ts'

export const sealedRow: Chapter = {
  title: 'In the database, tokens are sealed',
  play: async ({ place, cast: [, second] }) => {
    // Whatever it has seen it looks for: also what is stored now.
    await second.ask('row')
    await second.ask('token')
    const audit = await withDatabaseCopies(place, files => second.ask('audit', files))
    const columns = [audit.accessToken, audit.refreshToken]
    const where =
      audit.bytes === 0 ? 'the row' : `${audit.bytes.toLocaleString('en-US')} bytes of the database`
    return {
      checks: [
        same('columns that are sealed', columns.filter(text => text.startsWith('eg1.')).length, 2),
        same('tokens in plain text', audit.inPlainText, 0),
        same('the columns lie in the files', audit.columnsInFiles ?? true, true),
      ],
      details: [
        `access_token   ${shortened(audit.accessToken)}`,
        `refresh_token  ${shortened(audit.refreshToken)}`,
        `looked for ${counted(audit.searchedFor, 'token')} in ${where}: ${audit.inPlainText} in plain text`,
      ],
    }
  },
}

function shortened(text: string): string {
  return `${text.slice(0, 36)}…  (${text.length} characters)`
}
