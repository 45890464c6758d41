// What a developer sees first: register, prove the e-mailed code, sign in, ask who one is.
import { parse, print } from 'graphql'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { renameOperation } from '../../platform/auth-names/rename-operation.ts'

export interface FirstOperation {
  readonly name: string
  /** The root field of auth that it asks for. */
  readonly needs: string
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
  /** Rows to fill in; an empty one is not sent. */
  readonly headers: Readonly<Record<string, string>>
}

const signedIn = `
    ... on SignedIn {
      tokens {
        accessToken
        refreshToken
      }
      user {
        id
        email
      }
    }
    ... on VerificationRequired {
      verification {
        id
        sentTo
        expiresAt
      }
    }`

/** In the words of this graph; what it leaves out of auth is left out here. */
export function firstOperationsOf(names: AuthNames): readonly FirstOperation[] {
  if (names.fingerprint === null) return firstOperations
  return firstOperations
    .filter(({ needs }) => !names.omit.has(needs))
    .map((operation) => ({ ...operation, document: renamed(operation.document, names) }))
}

function renamed(text: string, names: AuthNames): string {
  const comments = text.split('\n').filter((line) => line.startsWith('#'))
  return [...comments, print(renameOperation(parse(text), names))].join('\n')
}

const firstOperations: readonly FirstOperation[] = [
  {
    name: 'Register',
    needs: 'Mutation.register',
    document: `mutation Register($register: RegisterInput!) {
  register(input: $register) {
    verification {
      id
      sentTo
      expiresAt
    }
  }
}`,
    variables: {
      register: {
        email: 'you@example.com',
        password: 'a long enough passphrase',
        displayName: 'You',
      },
    },
    headers: {},
  },
  {
    name: 'Verify',
    needs: 'Mutation.verifySession',
    document: `# The code is in the mail; in development it is also in the terminal.
mutation Verify($verify: VerifySessionInput!) {
  verifySession(input: $verify) {${signedIn}
  }
}`,
    variables: { verify: { verificationId: 'ver_…', code: '12345678' } },
    headers: {},
  },
  {
    name: 'Login',
    needs: 'Mutation.login',
    document: `mutation Login($login: LoginInput!) {
  login(input: $login) {${signedIn}
  }
}`,
    variables: { login: { email: 'you@example.com', password: 'a long enough passphrase' } },
    headers: {},
  },
  {
    name: 'Viewer',
    needs: 'Query.viewer',
    document: `# In the tab's headers, give Authorization the value: Bearer <accessToken>
query Viewer {
  viewer {
    kind
    roles
    user {
      id
      email
      displayName
    }
  }
}`,
    variables: {},
    headers: { Authorization: '' },
  },
]
