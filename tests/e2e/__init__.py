"""People in browsers, before a studio that runs as it will for them. A package, so that all share one studio."""
