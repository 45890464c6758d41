// Where the addon is built for another C library, loading it ends the process.
process.exit(1)
