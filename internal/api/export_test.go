package api

// StartLane starts one more lane, for tests of a queue that nobody works.
func (a *API) StartLane() { a.collector.lanes.Go(a.collector.lane) }
