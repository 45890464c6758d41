/** For a shell that runs lines of the pages here: in this repository `npx sallyport` is a script of npm's. */
export const NPX = 'npx() { shift; npm run --silent sallyport -- "$@"; }\n'
