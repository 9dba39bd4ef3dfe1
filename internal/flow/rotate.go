package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/seal"
)

// The master key is changed while the house works. Every node is given the new key
// beside the old one and started again; from then on it seals with the new one, opens
// both and looks up digests of both. Rotate then turns the digest of new buyers, on all
// nodes at once, and Reseal goes through everything that is sealed, a piece at a time.
// Each place is gone through until one pass finds nothing left. Then the old key may go.

// Piece is one place where sealed values lie. Both functions look at a page of at most
// limit rows after one; Reseal writes a row only if it is still as it was read.
type Piece struct {
	Name   string
	Reseal func(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (seal.Turn, error)
	Tally  func(tx *db.Tx, after int64, limit int) (seal.Tally, error)
}

// pieces are the house's own and what the program hands in beside them.
func (k Kit) pieces() []Piece {
	raw := review.SealedRaw(PurposeRaw)
	return append([]Piece{
		{"recipients", customer.ResealRecipients, customer.TallyRecipients},
		{"buyers", customer.ResealBuyers, customer.TallyBuyers},
		{"invoices", order.ResealInvoices, order.TallyInvoices},
		{"order notes", order.ResealNotes, order.TallyNotes},
		{"raw messages", raw.Reseal, raw.Tally},
	}, k.Sealed...)
}

// Rotation is how far a change of the master key has come.
type Rotation struct {
	ID int64 `json:"id"`
	// Version of the key that everything is sealed with in the end.
	Version    uint16       `json:"version"`
	StartedAt  db.Instant   `json:"started_at"`
	FinishedAt db.Instant   `json:"finished_at"`
	Pieces     []PieceState `json:"pieces"`
}

// PieceState is how far one place has come. Passes is how often it was gone through
// wholly, Seen and Changed count rows of the pass under way.
type PieceState struct {
	Name    string `json:"name"`
	After   int64  `json:"after"`
	Passes  int64  `json:"passes"`
	Seen    int64  `json:"seen"`
	Changed int64  `json:"changed"`
	// Resealed counts over all passes.
	Resealed int64 `json:"resealed"`
	Done     bool  `json:"done"`
}

// ErrRotation says that this node does not hold the key that a rotation needs.
var ErrRotation = fault.New(fault.Conflict, "rotation_key", "正在轮换到第 %d 版主密钥,本机最新的是第 %d 版;请先给每个节点装上同样的密钥",
	"A rotation to version %d of the master key is under way and the newest held here is %d; give every node the same keys first")

// ErrPieces says that the program did not name the other places of sealed values.
var ErrPieces = fault.New(fault.Internal, "rotation_pieces", "程序没有登记全部加密数据的位置,不能轮换主密钥",
	"The program has not named every place of sealed values, so the master key cannot be rotated")

const (
	settingRotation = "rotation"
	// resealMost is how many rows one transaction may write.
	resealMost = 1000
	tallyPage  = 10_000
)

// Rotate begins to seal everything with the newest key that this node holds; one that
// is under way goes on as it is. All nodes must hold the key. Faults: ErrRotation,
// ErrPieces.
func Rotate(tx *db.Tx, kit Kit) (Rotation, error) {
	if kit.Sealed == nil {
		return Rotation{}, ErrPieces
	}
	r, err := RotationOf(tx)
	if err != nil {
		return r, err
	}
	newest := kit.Keys.Newest()
	if r.Version > newest {
		return r, ErrRotation.With(r.Version, newest)
	}
	if r.Version == newest && r.FinishedAt == 0 {
		return r, nil
	}
	r = Rotation{ID: tx.NewID(), Version: newest, StartedAt: tx.Now()}
	for _, p := range kit.pieces() {
		r.Pieces = append(r.Pieces, PieceState{Name: p.Name})
	}
	if err := customer.TurnDigests(tx, kit.Keys); err != nil {
		return r, err
	}
	r.note(tx, 1, "rotation_started")
	return r, r.save(tx)
}

// RotationOf gives the last rotation; one without a version if there was none.
func RotationOf(tx *db.Tx) (r Rotation, err error) {
	text, err := db.Setting(tx, settingRotation)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &r)
	}
	return r, err
}

// Reseal does one step of the rotation under way, of at most limit rows (1,000 at most),
// and gives how many it looked at; 0 when there is nothing to do, or another node is at
// it. Where it is broken off it goes on.
func Reseal(tx *db.Tx, kit Kit, limit int) (int, error) {
	text, held, err := db.LockSetting(tx, settingRotation)
	if err != nil || !held {
		return 0, err
	}
	var r Rotation
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return 0, err
	}
	if r.FinishedAt > 0 || r.Version != kit.Keys.Newest() || kit.Sealed == nil {
		return 0, nil
	}
	at := slices.IndexFunc(r.Pieces, func(p PieceState) bool { return !p.Done })
	if at < 0 {
		r.FinishedAt = tx.Now()
		r.note(tx, 2, "rotation_finished")
		if err := customer.DropKeys(tx, kit.Keys); err != nil {
			return 0, err
		}
		return 1, r.save(tx)
	}
	seen, err := r.Pieces[at].step(tx, kit, max(1, min(limit, resealMost)))
	if err != nil {
		return 0, err
	}
	return max(1, int(seen)), r.save(tx)
}

// step goes on in one place. A pass that changed nothing is its last.
func (s *PieceState) step(tx *db.Tx, kit Kit, limit int) (seen int64, err error) {
	all := kit.pieces()
	at := slices.IndexFunc(all, func(p Piece) bool { return p.Name == s.Name })
	if at < 0 {
		return 0, ErrPieces // another program began it, and knows a place that this one does not
	}
	turn, err := all[at].Reseal(tx, kit.Keys, s.After, limit)
	if err != nil {
		return 0, err
	}
	s.After = turn.Next
	s.Seen += turn.Seen
	s.Changed += turn.Changed
	s.Resealed += turn.Changed
	if turn.Next == 0 {
		s.Done = s.Changed == 0
		s.Passes++
		if !s.Done {
			s.Seen, s.Changed = 0, 0
		}
	}
	return turn.Seen, nil
}

func (r *Rotation) save(tx *db.Tx) error { return db.SetSetting(tx, settingRotation, journal.JSON(r)) }

func (r *Rotation) note(tx *db.Tx, version int64, what string) {
	resealed := map[string]int64{}
	for _, p := range r.Pieces {
		resealed[p.Name] = p.Resealed
	}
	journal.Write(tx, journal.Entry{Kind: "rotation", ID: r.ID, Version: version, What: what,
		Payload: journal.JSON(map[string]any{"version": r.Version, "resealed": resealed})})
}

// KeyCount says how many rows of one place a version of the master key sealed; version
// 0 is what lies open.
type KeyCount struct {
	Piece   string
	Version uint16
	Rows    int64
}

// CountKeys counts exactly which key seals how much, by place and version. It reads page
// by page, each on its own snapshot, some seconds for a million rows.
func CountKeys(ctx context.Context, d *db.DB, kit Kit) (list []KeyCount, err error) {
	for _, p := range kit.pieces() {
		sum, after := map[uint16]int64{}, int64(0)
		for more := true; more; more = after > 0 {
			err := d.Read(ctx, func(tx *db.Tx) error {
				t, err := p.Tally(tx, after, tallyPage)
				if err != nil {
					return err
				}
				for version, n := range t.Versions {
					sum[version] += n
				}
				after = t.Next
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		for version, n := range sum {
			list = append(list, KeyCount{p.Name, version, n})
		}
	}
	slices.SortFunc(list, func(a, b KeyCount) int {
		return cmp.Or(cmp.Compare(a.Piece, b.Piece), cmp.Compare(a.Version, b.Version))
	})
	return list, nil
}
