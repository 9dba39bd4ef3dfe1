package review_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/review"
)

// Two people never work on one order: the second hears who has it, until the first is
// done or five minutes are over.
func TestClaims(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		as := func(actor string, do func(tx *db.Tx) error) error {
			return d.Write(context.Background(), db.By{Actor: actor, Cause: "test"}, do)
		}
		take := func(actor string) (who string) {
			t.Helper()
			err := as(actor, func(tx *db.Tx) error {
				c, err := review.Take(tx, 7, "name of "+actor)
				who = c.Actor
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return who
		}
		if take("S-1") != "S-1" || take("S-2") != "S-1" || take("S-1") != "S-1" {
			t.Error("the first does not keep it")
		}
		if err := as("S-2", func(tx *db.Tx) error { return review.Unclaimed(tx, []id.Order{6, 7}) }); !errors.Is(err, review.ErrClaimed) {
			t.Errorf("the second may decide: %v", err)
		}
		if err := as("S-1", func(tx *db.Tx) error { return review.Unclaimed(tx, []id.Order{7}) }); err != nil {
			t.Errorf("the first may not: %v", err)
		}
		clock.Advance(review.ClaimLasts + time.Second)
		if take("S-2") != "S-2" {
			t.Error("a claim that is over still holds")
		}
		if err := as("S-2", func(tx *db.Tx) error { return review.GiveUp(tx, []id.Order{7}) }); err != nil || take("S-1") != "S-1" {
			t.Errorf("given up and not free: %v", err)
		}
		clock.Advance(48 * time.Hour)
		if err := as("x", func(tx *db.Tx) error {
			n, err := review.ForgetClaims(tx, 10)
			if n != 1 {
				t.Errorf("%d forgotten", n)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
