package webhook

import "baihuo/internal/db"

// Sealed is where the secrets lie, for a change of the master key.
func Sealed() db.Sealed {
	return db.Sealed{Table: "webhook_endpoints", Key: "endpoint_id", Columns: []db.SealedColumn{
		{Name: "secret_cipher", Purpose: purpose}, {Name: "former_cipher", Purpose: purpose},
	}}
}
