// Precompiled headers need one source that uses them.
