use super::*;
use proptest::prelude::*;

const MIB: i64 = 1024 * 1024;

/// So many parts, the last one short; the store wants no checksums.
fn transfer(parts: i64, received: &[i32]) -> Transfer {
    Transfer::new(parts * 16 * MIB - 5, 16 * MIB, received, false, MOST_SHARED)
}

fn sign(transfer: &mut Transfer, numbers: &[i32]) {
    transfer.signed(numbers.iter().map(|number| (*number, Address::default())).collect::<Vec<_>>());
}

fn unsummed(numbers: &[i32]) -> Order {
    Order::Sign(numbers.iter().map(|number| (*number, None)).collect())
}

fn flying(orders: &[Order]) -> Vec<i32> {
    orders.iter().filter_map(|order| if let Order::Put(put) = order { Some(put.number) } else { None }).collect()
}

#[test]
fn signs_ahead_sends_three_at_once_and_completes() {
    let mut upload = transfer(4, &[2]);
    assert_eq!(upload.orders(0.0), [unsummed(&[1, 3, 4])]);
    sign(&mut upload, &[1, 3, 4]);
    assert_eq!(flying(&upload.orders(0.0)), [1, 3, 4]);
    for number in [3, 1, 4] {
        assert_eq!(upload.ended_with(number, 200, None, 1.0, 0.5), None);
    }
    assert_eq!(upload.orders(2.0), [Order::Complete]);
    assert_eq!(upload.orders(3.0), []);
    assert_eq!(upload.sent(), 4 * 16 * MIB - 5);
}

#[test]
fn checksums_are_read_one_part_at_a_time_and_signed() {
    let mut upload = Transfer::new(9 * 16 * MIB, 16 * MIB, &[], true, MOST_SHARED);
    assert_eq!(upload.orders(0.0), [Order::Sum(1)]);
    assert_eq!(upload.orders(0.0), [], "one at a time");
    assert_eq!(upload.summed(1, "a".into()), None);
    assert_eq!(upload.orders(0.0), [Order::Sign(vec![(1, Some("a".into()))]), Order::Sum(2)]);
    sign(&mut upload, &[1]);
    let orders = upload.orders(0.0);
    assert!(matches!(&orders[..], [Order::Put(Put { number: 1, checksum: Some(_), .. })]), "{orders:?}");
    // No further ahead than is needed to keep the connections busy.
    for number in 2..9 {
        upload.summed(number, "a".into());
        upload.orders(0.0);
    }
    assert_eq!(upload.count(|part| *part == Part::Todo), 3);
}

#[test]
fn a_part_that_arrived_wrong_is_read_again_and_a_changed_file_ends_it() {
    let mut upload = Transfer::new(16 * MIB, 16 * MIB, &[], true, MOST);
    let mut send = |checksum: &str| {
        upload.orders(1e9);
        if let Some(order) = upload.summed(1, checksum.to_owned()) {
            return Some(order);
        }
        upload.orders(1e9);
        sign(&mut upload, &[1]);
        assert_eq!(flying(&upload.orders(1e9)), [1]);
        upload.ended_with(1, 400, None, 1e9, 0.0)
    };
    assert_eq!(send("a"), None);
    assert_eq!(send("a"), None, "the line garbled it: the same bytes again");
    assert_eq!(send("b"), Some(Order::Fail(Failure::Changed)));
}

#[test]
fn a_failing_store_is_left_alone_longer_and_longer() {
    let mut upload = transfer(1, &[]);
    let mut rests = Vec::new();
    let mut now = 0.0;
    for _ in 0..10 {
        let _ = upload.orders(now);
        sign(&mut upload, &[1]);
        assert_eq!(flying(&upload.orders(now)), [1]);
        assert_eq!(upload.ended_with(1, 503, None, now, 1.0), None);
        assert_eq!(upload.orders(now), []);
        rests.push(upload.rest_until() - now);
        now = upload.rest_until();
    }
    assert_eq!(rests[..4], [500.0, 1000.0, 2000.0, 4000.0]);
    assert!((rests[9] - 60_000.0).abs() < 1e-9);
    let _ = upload.orders(now);
    sign(&mut upload, &[1]);
    let _ = upload.orders(now);
    upload.ended_with(1, 429, Some(90_000.0), now, 0.1);
    assert!((upload.rest_until() - now - 90_000.0).abs() < 1e-6, "the store knows better when");
}

#[test]
fn an_unreachable_store_is_reached_through_the_server() {
    let mut upload = transfer(3, &[]);
    let _ = upload.orders(0.0);
    sign(&mut upload, &[1, 2, 3]);
    let _ = upload.orders(0.0);
    assert_eq!(upload.ended_with(1, 0, None, 0.0, 1.0), None);
    assert_eq!(upload.ended_with(2, 0, None, 0.0, 1.0), Some(Order::AskHealth));
    assert_eq!(upload.ended_with(3, 0, None, 0.0, 1.0), None);
    upload.health(true);
    let orders = upload.orders(1.0);
    assert_eq!(flying(&orders), [1, 2], "fewer at once after failures");
    assert!(matches!(&orders[0], Order::Put(Put { way: Way::Server, .. })));
}

#[test]
fn no_connection_at_all_changes_nothing() {
    let mut upload = transfer(3, &[]);
    let _ = upload.orders(0.0);
    sign(&mut upload, &[1, 2, 3]);
    let _ = upload.orders(0.0);
    upload.ended_with(1, 0, None, 0.0, 1.0);
    upload.ended_with(2, 0, None, 0.0, 1.0);
    upload.health(false);
    assert!(!upload.is_through_server());
    assert_eq!(upload.wake(0.0), None, "part 3 flew until just now");
    assert_eq!(upload.orders(0.0), [unsummed(&[1, 2])]);
}

#[test]
fn after_a_sleep_what_stood_still_is_asked_for() {
    let mut upload = transfer(3, &[]);
    let _ = upload.orders(0.0);
    sign(&mut upload, &[1, 2, 3]);
    assert_eq!(flying(&upload.orders(0.0)), [1, 2, 3]);
    upload.progressed(2, 100, 3_600_000.0);
    assert_eq!(upload.wake(3_600_001.0), Some(Order::TakeStock));
    assert_eq!((upload.is_flying(1), upload.is_flying(2)), (false, true));
    upload.stock(&[1]);
    assert_eq!(upload.orders(3_600_002.0), [unsummed(&[3])], "part 1 had arrived");
}

#[test]
fn an_expired_address_is_signed_again_at_once_and_refusals_end() {
    let mut upload = transfer(1, &[]);
    for attempt in 1..=REFUSALS {
        let now = 1e9 * f64::from(attempt);
        assert_eq!(upload.orders(now), [unsummed(&[1])]);
        sign(&mut upload, &[1]);
        let _ = upload.orders(now);
        let end = upload.ended_with(1, 403, None, now, 0.5);
        assert_eq!(end, (attempt == REFUSALS).then_some(Order::Fail(Failure::Refused(403))));
    }
    assert_eq!(upload.orders(1e12), []);
}

#[test]
fn a_part_that_stands_still_is_found() {
    let mut upload = transfer(2, &[]);
    let _ = upload.orders(0.0);
    sign(&mut upload, &[1, 2]);
    let _ = upload.orders(0.0);
    upload.progressed(1, 10, 10_000.0);
    assert_eq!(upload.stalled(STALL_MS), [2]);
    assert_eq!(upload.stalled(STALL_MS + 10_000.0), [1, 2]);
}

#[test]
fn stock_brings_back_what_is_missing() {
    let mut upload = transfer(2, &[1, 2]);
    assert_eq!(upload.orders(0.0), [Order::Complete]);
    upload.stock(&[2]);
    assert_eq!(upload.orders(0.0), [unsummed(&[1])]);
    assert_eq!(upload.no_stock(true, 0.0, 0.0), Some(Order::Fail(Failure::Gone)));
}

/// What the line, the store and the server do to one part.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The connection breaks, before or after the part has arrived.
    Reset {
        arrived: bool,
    },
    Status(u16),
    /// Nothing is heard of it any more.
    Hang,
    /// It arrives with a wrong byte, and the store says so.
    Garbled,
    /// The laptop sleeps for an hour.
    Sleep,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        any::<bool>().prop_map(|arrived| Fault::Reset { arrived }),
        prop_oneof![Just(500), Just(502), Just(503), Just(429), Just(408), Just(403), Just(404)]
            .prop_map(Fault::Status),
        Just(Fault::Hang),
        Just(Fault::Garbled),
        Just(Fault::Sleep),
    ]
}

/// A browser, a server and a store in one: what is ordered happens, and every so many PUTs a fault.
struct World {
    now: f64,
    parts: i32,
    stored: std::collections::BTreeSet<i32>,
    puts: usize,
    spoilt: usize,
    in_flight: Vec<i32>,
    hanging: Vec<i32>,
    healthy: bool,
}

impl World {
    fn has(&self) -> Vec<i32> {
        self.stored.iter().copied().collect()
    }

    /// Carries out an order; whether the upload is complete.
    fn carry_out(&mut self, upload: &mut Transfer, order: Order) -> bool {
        match order {
            Order::Sum(number) => assert_eq!(upload.summed(number, number.to_string()), None),
            Order::Sign(parts) => {
                assert!(parts.iter().all(|(number, checksum)| *checksum == Some(number.to_string())));
                upload.signed(parts.iter().map(|(number, _)| (*number, Address::default())));
            }
            Order::Put(put) => {
                self.puts += 1;
                self.in_flight.push(put.number);
            }
            Order::AskHealth => upload.health(self.healthy),
            Order::Complete if self.stored.len() == usize::try_from(self.parts).unwrap_or(0) => return true,
            Order::TakeStock | Order::Complete => upload.stock(&self.has()),
            Order::Fail(failure) => panic!("{failure:?}"),
        }
        false
    }

    /// Lets one PUT end, well or badly.
    fn end_one(&mut self, upload: &mut Transfer, fault: Option<Fault>) -> Option<Order> {
        let number = self.in_flight.remove(0);
        self.spoilt += usize::from(fault.is_some());
        let status = match fault {
            None => 200,
            Some(Fault::Reset { .. }) => 0,
            Some(Fault::Status(status)) => status,
            Some(Fault::Garbled) => 400,
            Some(Fault::Hang) => {
                self.hanging.push(number);
                return None;
            }
            Some(Fault::Sleep) => {
                self.now += 3_600_000.0;
                self.spoilt += self.in_flight.len() + self.hanging.len();
                let order = upload.wake(self.now);
                self.in_flight.clear();
                self.hanging.clear();
                return order;
            }
        };
        if matches!(fault, None | Some(Fault::Reset { arrived: true })) {
            self.stored.insert(number);
        }
        upload.ended_with(number, status, None, self.now, 0.7)
    }
}

proptest! {
    #[test]
    fn whatever_happens_every_part_arrives_and_few_are_sent_twice(
        parts in 1..40_i32,
        faults in prop::collection::vec(prop::option::weighted(0.3, fault()), 0..60),
        healthy in any::<bool>(),
        most in 1..8_usize,
    ) {
        let mut upload = Transfer::new(i64::from(parts) * 16 * MIB, 16 * MIB, &[], true, most);
        let mut world = World {
            now: 0.0, parts, stored: std::collections::BTreeSet::default(), puts: 0, spoilt: 0,
            in_flight: Vec::new(), hanging: Vec::new(), healthy,
        };
        // Refusals of one part in a row end an upload, rightly: here they are of many parts.
        let mut refused = std::collections::HashMap::new();
        let (mut faults, mut last) = (faults.into_iter(), 0);
        for _ in 0..2_000 {
            world.now += 100.0;
            for order in upload.orders(world.now) {
                if world.carry_out(&mut upload, order) {
                    prop_assert!(world.puts <= usize::try_from(parts).unwrap_or(0) + world.spoilt);
                    return Ok(());
                }
            }
            prop_assert!(upload.flying() <= most.clamp(2, MOST));
            let sent = upload.sent();
            prop_assert!(sent >= last, "progress falls");
            last = sent;
            let order = if let Some(next) = world.in_flight.first() {
                let fault = faults.next().flatten().filter(|fault| {
                    let count = refused.entry(*next).or_insert(0);
                    *count += u32::from(matches!(fault, Fault::Status(403) | Fault::Garbled));
                    *count < REFUSALS || !matches!(fault, Fault::Status(403) | Fault::Garbled)
                });
                world.end_one(&mut upload, fault)
            } else {
                // Nothing moves: time passes, until the watchdog or the end of a rest.
                world.now += STALL_MS;
                for number in upload.stalled(world.now) {
                    world.hanging.retain(|hanging| *hanging != number);
                    upload.ended_with(number, 408, None, world.now, 0.7);
                }
                None
            };
            if let Some(order) = order {
                prop_assert!(!world.carry_out(&mut upload, order));
            }
        }
        prop_assert!(false, "it never ends");
    }
}
