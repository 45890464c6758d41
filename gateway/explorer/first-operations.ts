// What a developer sees first: register, prove the e-mailed code, sign in, ask who one is.

export interface FirstOperation {
  readonly name: string
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

export const firstOperations: readonly FirstOperation[] = [
  {
    name: 'Register',
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
    document: `mutation Login($login: LoginInput!) {
  login(input: $login) {${signedIn}
  }
}`,
    variables: { login: { email: 'you@example.com', password: 'a long enough passphrase' } },
    headers: {},
  },
  {
    name: 'Viewer',
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
