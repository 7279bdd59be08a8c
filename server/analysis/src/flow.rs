//! The columns that flow into a value.

use std::rc::Rc;

/// A set of columns, each by its number in `Sources`: sorted, shared, and without memory of its
/// own where it is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow(Option<Rc<[usize]>>);

impl Flow {
    /// The flow of one column.
    pub fn of(number: usize) -> Self {
        Self(Some(Rc::new([number])))
    }

    fn numbers(&self) -> &[usize] {
        self.0.as_deref().unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn len(&self) -> usize {
        self.numbers().len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, usize> {
        self.numbers().iter()
    }

    pub fn contains(&self, number: usize) -> bool {
        self.numbers().binary_search(&number).is_ok()
    }

    /// What is in both.
    pub fn common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a usize> {
        let all = other.numbers();
        let numbers = self.numbers().iter();
        numbers.filter(|number| all.binary_search(number).is_ok())
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        let (own, all) = (self.numbers(), other.numbers());
        std::ptr::eq(own, all)
            || own.len() <= all.len() && own.iter().all(|number| all.binary_search(number).is_ok())
    }
}

/// The union of several flows, without a copy where one of them is enough.
pub(crate) fn join<'a>(flows: impl IntoIterator<Item = &'a Flow>) -> Flow {
    let mut flows = flows.into_iter();
    let mut joined = Flow::default();
    for flow in flows.by_ref() {
        if joined.is_subset(flow) {
            joined.clone_from(flow);
        } else if !flow.is_subset(&joined) {
            return merged(&joined, std::iter::once(flow).chain(flows));
        }
    }
    joined
}

/// Numbers are sorted when there are twice as many as there were, so that flows of which many
/// are alike take no more memory than their union.
fn merged<'a>(first: &Flow, flows: impl Iterator<Item = &'a Flow>) -> Flow {
    let mut numbers = first.numbers().to_vec();
    let mut most = 64.max(numbers.len());
    for flow in flows {
        numbers.extend(flow.iter());
        if numbers.len() > most {
            sort(&mut numbers);
            most = 2 * numbers.len().max(most);
        }
    }
    sort(&mut numbers);
    Flow(Some(numbers.into()))
}

fn sort(numbers: &mut Vec<usize>) {
    numbers.sort_unstable();
    numbers.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_has_every_number_once() {
        let flow = |numbers: &[usize]| {
            let flows: Vec<Flow> = numbers.iter().copied().map(Flow::of).collect();
            join(&flows)
        };
        let (one, other) = (flow(&[5, 1, 3]), flow(&[3, 9]));
        let both = join([&one, &other, &one]);
        assert_eq!(both.iter().copied().collect::<Vec<_>>(), [1, 3, 5, 9]);
        assert!(one.is_subset(&both) && !both.is_subset(&one));
        assert!(flow(&[]).is_empty() && Flow::default().is_subset(&one));
        let many: Vec<usize> = (0..1_000).chain(0..1_000).collect();
        assert_eq!(flow(&many).len(), 1_000);
    }
}
