// Package parcel is the other side of a carrier's wire: a small HTTP server that
// gives waybill numbers and says where parcels are, for the demo and the tests.
//
//	POST /waybills                {"key": "W-1", "service": "STANDARD"}  -> {"number": "PX..."}
//	GET  /waybills?key=W-1        -> {"number": "PX..."} or 404
//	GET  /track?number=PX...&collected_at=2026-03-02T18:00:00Z  -> {"number": "PX...", "events": [...]}
//
// It keeps nothing. A number follows from seed and key; a parcel's way follows from
// seed, number and the moment it was collected, of which the asking time shows a
// part. So a restart forgets nothing and the same story is told to whoever asks. Since
// it has no store, it must be told when a parcel was collected.
//
// It behaves as carriers do: the same key gives the same number; now and then it
// has too much to do (503, nothing was done), loses its answer after the number was
// given (500) or before (502), or is slow; its news comes doubled and in a strange
// order. Parcels are late, fail at the first door, wait in a locker, are refused and
// come back. None is lost.
//
// It imports nothing of the house, so that a mistake of the connector is not made
// here a second time.
package parcel
