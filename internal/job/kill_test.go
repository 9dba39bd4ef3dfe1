package job_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/job"
)

// The environment of the worker process that the kill test starts.
const (
	envURL   = "BAIHUO_JOB_TEST_URL"
	envCalls = "BAIHUO_JOB_TEST_CALLS"
	envHour  = "BAIHUO_JOB_TEST_HOUR"
	envKills = "BAIHUO_KILLS"
)

// outside is the other side of the calls: a file that outlives the worker. A
// line names a job and whether it came in doubt.
type outside struct {
	file *os.File
	echo io.Writer
}

func openOutside(path string, echo io.Writer) (*outside, error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return &outside{file, echo}, err
}

func (o *outside) call(j job.Job) error {
	if _, err := fmt.Fprintln(o.file, j.Kind, j.Key, j.InDoubt); err != nil {
		return err
	}
	_, err := fmt.Fprintln(o.echo, "call")
	return err
}

// handlers: a first job calls outside, and its finish enqueues a second one,
// which does the same without; a recurring one leaves an effect for each slot.
func (o *outside) handlers() map[string]job.Handler {
	return map[string]job.Handler{
		"first": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
			return func(tx *db.Tx) error {
				if err := effect(j)(tx); err != nil {
					return err
				}
				added, err := job.Enqueue(tx, []job.Job{{Kind: "second", Key: j.Key}})
				if err == nil && added != 1 {
					err = fmt.Errorf("%s was finished before", j.Key)
				}
				return err
			}, o.call(j)
		},
		"second": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
			return effect(j), o.call(j)
		},
		"tick": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
			j.Key = strconv.FormatInt(int64(j.RunAt), 10)
			return effect(j), nil
		},
	}
}

// hoursLater is a clock on which every lease of a worker killed an hour ago has
// run out, so that nobody waits for it.
func hoursLater(hours int) func() time.Time {
	return func() time.Time { return time.Now().Add(time.Duration(hours) * time.Hour) }
}

// TestWorkerProcess is the process that gets killed, not a test.
func TestWorkerProcess(t *testing.T) {
	url := os.Getenv(envURL)
	if url == "" {
		t.Skip("this is the worker process of TestKill")
	}
	hour, _ := strconv.Atoi(os.Getenv(envHour))
	d, err := db.Open(context.Background(), url, db.Options{Clock: hoursLater(hour)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	calls, err := openOutside(os.Getenv(envCalls), os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() { // the parent is gone when its end of the pipe is
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	(&job.Runner{DB: d, Parallel: 4, Handlers: calls.handlers()}).Run(ctx)
}

// A worker process is killed at random moments, again and again. Afterwards
// every effect in the database stands exactly once, every outside call was made
// at least once and repeated only in doubt, and no job is lost.
func TestKill(t *testing.T) {
	kills := 10
	if n, err := strconv.Atoi(os.Getenv(envKills)); err == nil {
		kills = n
	}
	const perRound = 12
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			url, path := dbtest.URL(t, engine), t.TempDir()+"/calls"
			seed := rand.Uint64()
			t.Logf("seed %d, %d kills", seed, kills)
			random := rand.New(rand.NewPCG(seed, 0))
			for round := range kills {
				between(t, url, round*perRound, perRound)
				killOnce(t, url, path, round+1, random, 2*perRound) // a first and a second each
			}
			drain(t, url, path, kills+1, kills*perRound)
		})
	}
}

// between enqueues the jobs of a round.
func between(t *testing.T, url string, from, n int) {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dbtest.Write(t, d, func(tx *db.Tx) error { return job.Every(tx, "tick", time.Hour) })
	enqueue(t, d, numbered("first", from+n)[from:]...)
}

// killOnce starts a worker and kills it a random while after a random call.
func killOnce(t *testing.T, url, path string, hour int, random *rand.Rand, callsMax int) {
	t.Helper()
	worker := exec.Command(os.Args[0], "-test.run=^TestWorkerProcess$")
	worker.Env = append(os.Environ(), envURL+"="+url, envCalls+"="+path, envHour+"="+strconv.Itoa(hour))
	stdin, err := worker.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := worker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for left := 1 + random.IntN(callsMax); left > 0 && lines.Scan(); {
		if lines.Text() == "call" {
			left--
		} else {
			t.Errorf("the worker says: %s", lines.Text())
		}
	}
	<-time.After(time.Duration(random.Int64N(int64(4 * time.Millisecond))))
	if err := worker.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = worker.Wait()
}

// drain works what is left and proves the promise.
func drain(t *testing.T, url, path string, hour, jobs int) {
	d, err := db.Open(context.Background(), url, db.Options{Clock: hoursLater(hour)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	outside, err := openOutside(path, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	r := &job.Runner{DB: d, Handlers: outside.handlers()}
	for turn(t, r) > 0 {
	}
	want := fmt.Sprintf("first done %d, second done %d, tick waiting 1", jobs, jobs)
	if got := tally(t, d); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := breaches(t, d); got != "" {
		t.Error(got)
	}
	calls, repeated := readCalls(t, path)
	done, ticks := effects(t, d), 0
	for of, n := range done {
		if n != 1 {
			t.Errorf("%s has %d effects", of, n)
		}
		if strings.HasPrefix(of, "tick ") {
			ticks++
		} else if calls[of] == 0 {
			t.Errorf("%s was done without a call", of)
		}
	}
	if len(done)-ticks != 2*jobs || ticks == 0 {
		t.Errorf("%d effects and %d ticks of %d jobs", len(done)-ticks, ticks, 2*jobs)
	}
	t.Logf("%d jobs, %d ticks, %d calls repeated in doubt", 2*jobs, ticks, repeated)
}

// readCalls counts the calls made for each job. One that repeats a call must
// have come in doubt: it could have asked first.
func readCalls(t *testing.T, path string) (calls map[string]int, repeated int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	calls = map[string]int{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		of := f[0] + " " + f[1]
		if calls[of]++; calls[of] > 1 {
			repeated++
			if f[2] != "true" {
				t.Errorf("%s was called again without doubt", of)
			}
		}
	}
	return calls, repeated
}
