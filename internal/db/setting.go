package db

// LockSetting gives a value of the house kept by name and keeps others from changing
// it until the transaction ends. One that another transaction holds is not waited for:
// held is false then, and where the value is not there.
func LockSetting(tx *Tx, name string) (value string, held bool, err error) {
	held, err = tx.One(`/* db.LockSetting */ SELECT value FROM settings WHERE name = $1 FOR UPDATE SKIP LOCKED`,
		[]any{&value}, name)
	return value, held, err
}

// ShareSetting gives a value of the house as it will stand until the transaction ends,
// entering it as fallback where it is not there. Many may share it; who changes it
// waits for them.
func ShareSetting(tx *Tx, name, fallback string) (value string, err error) {
	const text = `/* db.ShareSetting */ SELECT value FROM settings WHERE name = $1 FOR SHARE`
	found, err := tx.One(text, []any{&value}, name)
	if found || err != nil {
		return value, err
	}
	_, err = tx.Exec(`/* db.ShareSetting */ INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		name, fallback)
	if err == nil {
		_, err = tx.One(text, []any{&value}, name)
	}
	return value, err
}
