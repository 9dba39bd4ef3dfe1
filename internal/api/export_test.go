package api

import (
	"net/http"

	"baihuo/internal/staff"
)

// StartLane starts one more lane, for tests of a queue that nobody works.
func (a *API) StartLane() { a.collector.lanes.Go(a.collector.lane) }

// BookRoutes are the routes that join the table where there are books.
func BookRoutes() []Route { return bookRoutes() }

// As lets tests say who calls, people too.
func (a *API) As(who func(*http.Request) (staff.Caller, error)) { a.callerOf = who }
