"""The song starter: a tiny AceStepPipeline, trained from nothing on music that a script plays."""
