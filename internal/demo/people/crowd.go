package people

import (
	"fmt"
	"math/rand/v2"

	"baihuo/internal/demo/goods"
)

const (
	returningPerMille = 350
	secondPerMille    = 150 // buyers with a second recipient: the office, the parents
	regularsMin       = 50  // before that everybody is new; else the first buyer would come every minute
	regularsMax       = 20_000
)

// Person is a buyer; the same ID comes back with the same recipients. Recipients[0] is home.
type Person struct {
	ID         int
	Nick       string
	Recipients []Recipient
}

// Crowd makes buyers and remembers them, so that some come again. It is not safe for use by several goroutines.
type Crowd struct {
	rng       *rand.Rand
	surnames  []surname
	surname   picker
	provinces []goods.Province
	province  picker
	places    map[string][]Place
	regulars  []Person
	made      int
}

// NewCrowd starts with nobody. Buyers live in the provinces in proportion to their demand weight; a province without a
// district in the embedded list is an error.
func NewCrowd(rng *rand.Rand, provinces []goods.Province) (*Crowd, error) {
	byProvince, err := places()
	if err != nil {
		return nil, err
	}
	total := 0
	for _, p := range provinces {
		if len(byProvince[p.Name]) == 0 {
			return nil, fmt.Errorf("people: no district of province %q in districts.csv; add one", p.Name)
		}
		total += p.DemandWeight
	}
	if total <= 0 {
		return nil, fmt.Errorf("people: %d provinces without any demand weight; nobody could live there", len(provinces))
	}
	names := surnames()
	return &Crowd{
		rng:       rng,
		surnames:  names,
		surname:   newPicker(names, func(s surname) int { return s.weight }),
		provinces: provinces,
		province:  newPicker(provinces, func(p goods.Province) int { return p.DemandWeight }),
		places:    byProvince,
	}, nil
}

// Arrive gives the next buyer: soon about one in three is a regular, and a tenth of the regulars are loyal beyond the
// others.
func (c *Crowd) Arrive() Person {
	if n := len(c.regulars); n >= regularsMin && chance(c.rng, returningPerMille) {
		if c.rng.IntN(3) == 0 {
			n /= 10 // the loyal ones
		}
		return c.regulars[c.rng.IntN(n)]
	}
	c.made++
	p := c.Stranger(c.rng, c.made)
	if len(c.regulars) < regularsMax {
		c.regulars = append(c.regulars, p)
	} else {
		c.regulars[c.rng.IntN(regularsMax)] = p
	}
	return p
}

// Stranger makes a buyer whom the crowd does not remember: a function of the dice
// and the ID alone.
func (c *Crowd) Stranger(rng *rand.Rand, id int) Person {
	family := c.surnames[c.surname.pick(rng)].text
	p := Person{ID: id, Nick: nick(rng)}
	p.Recipients = append(p.Recipients, recipient(rng, family+givenName(rng), c.place(rng)))
	if chance(rng, secondPerMille) {
		p.Recipients = append(p.Recipients, recipient(rng, family+givenName(rng), c.place(rng)))
	}
	return p
}

// Recipient draws where this order goes: home five times of six.
func (c *Crowd) Recipient(p Person) Recipient {
	if len(p.Recipients) > 1 && c.rng.IntN(6) == 0 {
		return one(c.rng, p.Recipients[1:])
	}
	return p.Recipients[0]
}

func (c *Crowd) place(rng *rand.Rand) Place {
	return one(rng, c.places[c.provinces[c.province.pick(rng)].Name])
}
